package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The readers agree with the JDK's slower ones, and refuse what has no place. */
class ValueReaderTest {

    private static final int ROUNDS = 20_000;
    private static final long SEED = 20_240_701L;

    @Test
    void floatsAreReadToTheSameBitsAsTheJdkReadsThem() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            double price = random.nextInt(2_000_000) / 100.0 - 5_000;
            float small = Float.intBitsToFloat(random.nextInt());
            for (String text :
                    new String[] {Double.toString(any), Double.toString(price), "-" + random.nextLong(1L << 54)}) {
                assertThat(Double.doubleToLongBits(FloatText.toDouble(bytes(text), 0, text.length())))
                        .as(text)
                        .isEqualTo(Double.doubleToLongBits(Double.parseDouble(text)));
            }
            for (String text : new String[] {Float.toString(small), Float.toString((float) price)}) {
                assertThat(Float.floatToIntBits(FloatText.toFloat(bytes(text), 0, text.length())))
                        .as(text)
                        .isEqualTo(Float.floatToIntBits(Float.parseFloat(text)));
            }
        }
    }

    @Test
    void decimalsAreReadToTheirUnscaledValue() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            int precision = 1 + random.nextInt(38);
            int scale = random.nextInt(precision + 1);
            BigInteger unscaled = new BigInteger(127, random).mod(BigInteger.TEN.pow(precision));
            BigDecimal value = new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale);
            String text = value.toPlainString();
            assertThat(read(DataType.decimal(precision, scale), text))
                    .as(text + " as decimal(" + precision + "," + scale + ")")
                    .isEqualTo(value.unscaledValue().toString());
        }
    }

    @Test
    void datesAndTimestampsAreReadAsTheProlepticCalendarCountsThem() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            LocalDate date = LocalDate.ofEpochDay(random.nextLong(-2_440_588, 100_000_000));
            String era = date.getYear() < 1 ? " BC" : "";
            int year = date.getYear() < 1 ? 1 - date.getYear() : date.getYear();
            String day = String.format("%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
            assertThat(read(DataType.DATE, day + era)).as(day + era).isEqualTo(Long.toString(date.toEpochDay()));
            LocalDateTime time = date.atStartOfDay().plus(random.nextLong(86_400_000_000L), ChronoUnit.MICROS);
            String fraction = String.format("%06d", time.getNano() / 1000).replaceAll("0+$", "");
            String text = day
                    + String.format(" %02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond())
                    + (fraction.isEmpty() ? "" : "." + fraction);
            String micros = BigInteger.valueOf(time.toEpochSecond(ZoneOffset.UTC))
                    .multiply(BigInteger.valueOf(1_000_000))
                    .add(BigInteger.valueOf(time.getNano() / 1000))
                    .toString();
            assertThat(read(DataType.TIMESTAMP, text + era)).as(text + era).isEqualTo(micros);
            assertThat(read(DataType.TIMESTAMP_TZ, text + "+00" + era)).isEqualTo(micros);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INT32, 2147483648", "INT32, 1x", "INT32, ''", "INT64, 9223372036854775808", "INT64, -9223372036854775809",
        "INT64, 99999999999999999999", "BOOLEAN, yes", "DATE, 2024-1-1", "DATE, infinity", "TIME, 10:00:00+01",
        "TIMESTAMP, 2024-01-01", "TIMESTAMP_TZ, 2024-01-01 00:00:00+01", "UUID, 0000", "BINARY, \\000", "FLOAT64, one",
        "FLOAT32, ''"
    })
    void whatIsNotInTheExpectedFormIsRefusedWithoutRepeatingIt(DataType.Kind kind, String text) {
        assertThatThrownBy(() -> read(new DataType(kind, 0, 0), text))
                .isInstanceOf(UnreadableValueException.class)
                .hasMessageStartingWith("is ");
    }

    @ParameterizedTest
    @CsvSource({
        "5, 2, 1000.00",
        "5, 2, 0.001",
        "18, 0, 1000000000000000000",
        "38, 0, 100000000000000000000000000000000000000",
        "5, 2, NaN",
        "5, 2, Infinity",
        "5, 2, -Infinity",
        "5, 2, 1e3",
        "5, 2, ''"
    })
    void aDecimalThatDoesNotFitIsRefused(int precision, int scale, String text) {
        assertThatThrownBy(() -> read(DataType.decimal(precision, scale), text))
                .isInstanceOf(UnreadableValueException.class);
    }

    private static String read(DataType type, String text) {
        ColumnVector vector = ColumnVector.create(type, 1);
        byte[] data = bytes("??" + text + "??");
        ValueReader.of(type).append(data, 2, text.length(), vector);
        assertThat(vector.size()).isEqualTo(1);
        return TestStream.value(vector, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
