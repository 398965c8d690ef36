package io.sluice.service.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** HTTP/1.1 that sends whatever bytes it is given, which clients that know the rules do not. For one thread. */
final class RawHttp implements AutoCloseable {

    /** For the answer to a request that is whole. */
    static final int PATIENT = 60_000;
    /** For one that may never end, so that the service rightly waits for more. */
    static final int IMPATIENT = 200;

    private static final int LONGEST_LINE = 1 << 16;

    private final int port;
    private Optional<Socket> connection = Optional.empty();

    RawHttp(int port) {
        this.port = port;
    }

    /**
     * An answer.
     *
     * @param status of its first line
     * @param contentType empty without one
     * @param body empty for a stream of events, which is not read
     */
    record Answer(int status, String contentType, String body) {}

    /** The answer to a request; empty when the service ended the connection without one. */
    Optional<Answer> send(byte[] request, int patienceMillis) throws IOException {
        boolean used = connection.isPresent();
        Optional<Answer> answer = sendOnce(request, patienceMillis);
        // A connection that was used before may have been closed for what came before.
        return answer.isPresent() || !used || patienceMillis == IMPATIENT ? answer : sendOnce(request, patienceMillis);
    }

    private Optional<Answer> sendOnce(byte[] request, int patienceMillis) throws IOException {
        Socket socket = connected();
        socket.setSoTimeout(patienceMillis);
        try {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // It may have answered and closed before everything was sent.
            return lastWords(socket);
        }
        return lastWords(socket);
    }

    private Optional<Answer> lastWords(Socket socket) {
        try {
            return Optional.of(read(socket));
        } catch (IOException e) {
            close();
            return Optional.empty();
        }
    }

    private Socket connected() throws IOException {
        if (connection.isEmpty() || connection.get().isClosed()) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            connection = Optional.of(socket);
        }
        return connection.get();
    }

    private Answer read(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        String status = line(in);
        int code = Integer.parseInt(status.split(" ")[1]);
        if (code == 100) {
            line(in);
            status = line(in);
            code = Integer.parseInt(status.split(" ")[1]);
        }
        int length = 0;
        boolean chunked = false;
        boolean closing = false;
        String type = "";
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String name = header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT);
            String value = header.substring(header.indexOf(':') + 1).strip();
            switch (name) {
                case "content-length" -> length = Integer.parseInt(value);
                case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                case "connection" -> closing = value.equalsIgnoreCase("close");
                case "content-type" -> type = value;
                default -> {
                    continue;
                }
            }
        }
        if (type.startsWith("text/event-stream")) {
            close();
            return new Answer(code, type, "");
        }
        byte[] body = chunked ? chunks(in) : in.readNBytes(length);
        if (closing) {
            close();
        }
        return new Answer(code, type, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            whole.write(in.readNBytes(size));
            line(in);
        }
        line(in);
        return whole.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() > LONGEST_LINE) {
                throw new EOFException("The connection ended in a line");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() {
        connection.ifPresent(socket -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException("A socket could not be closed", e);
            }
        });
        connection = Optional.empty();
    }
}
