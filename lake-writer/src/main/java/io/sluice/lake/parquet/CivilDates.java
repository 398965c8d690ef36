package io.sluice.lake.parquet;

/**
 * Years and months of days since 1970-01-01 in the proleptic Gregorian calendar without an object per date, after
 * Howard Hinnant's "chrono-compatible low-level date algorithms" (civil_from_days).
 */
final class CivilDates {

    private static final int DAYS_PER_ERA = 146_097;
    private static final int DAYS_FROM_MARCH_0000 = 719_468;

    private CivilDates() {}

    /** Whole years since 1970, rounded down. */
    static long year(long epochDay) {
        return Math.floorDiv(month(epochDay), 12);
    }

    /** Whole months since 1970-01, rounded down. */
    static long month(long epochDay) {
        long day = epochDay + DAYS_FROM_MARCH_0000;
        long era = Math.floorDiv(day, DAYS_PER_ERA);
        long dayOfEra = day - era * DAYS_PER_ERA;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / (DAYS_PER_ERA - 1)) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        // Years begin in March here, so that the leap day is the last one.
        long marchMonth = (5 * dayOfYear + 2) / 153;
        return (era * 400 + yearOfEra - 1970) * 12 + marchMonth + 2;
    }
}
