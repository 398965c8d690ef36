package io.sluice.testkit.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Forwards connections on 127.0.0.1 to a server and can cut all of them at any byte. Safe for use by several threads. */
public final class TcpProxy implements AutoCloseable {

    private final String host;
    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private final Object gate = new Object();
    private boolean held;
    private volatile boolean refusing;

    /** Begins to forward to the server, which need not be there yet. */
    public TcpProxy(String host, int target) {
        this.host = host;
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** Where to connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Ends every connection that there is now, in the middle of whatever it carries. */
    public void cut() {
        for (Socket socket : sockets) {
            end(socket);
        }
    }

    /** From now on connections stay, new ones come to be, and none carries anything. */
    public void hold() {
        synchronized (gate) {
            held = true;
        }
    }

    /** What was held goes on, with everything that was sent meanwhile. */
    public void release() {
        synchronized (gate) {
            held = false;
            gate.notifyAll();
        }
    }

    /** Ends every connection, and each new one at once, as if the server were away. */
    public void refuse() {
        refusing = true;
        cut();
    }

    /** The server is back. */
    public void allow() {
        refusing = false;
    }

    private void awaitRelease() {
        synchronized (gate) {
            while (held) {
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                sockets.add(client);
                Socket server = new Socket(host, target);
                sockets.add(server);
                daemon(() -> pump(client, server));
                daemon(() -> pump(server, client));
            } catch (IOException e) {
                // Closed, or the server is away: the client sees its connection end.
                cut();
            }
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitRelease();
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // Either side ended; so does the other.
            end(to);
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
