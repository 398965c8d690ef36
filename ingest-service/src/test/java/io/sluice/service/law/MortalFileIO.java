package io.sluice.service.law;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.OutputFile;

/** Local files that a dead run can neither write nor delete any more: clean-up that a killed process would not do. */
public final class MortalFileIO extends HadoopFileIO {

    static final String LAKE = "mortal.lake";

    private static final Map<String, PointDeath> RUNS = new ConcurrentHashMap<>();

    private String lake = "";

    /** From now on this run writes to the lake. */
    static void begin(String lake, PointDeath run) {
        RUNS.put(lake, run);
    }

    static void forget(String lake) {
        RUNS.remove(lake);
    }

    @Override
    public void initialize(Map<String, String> properties) {
        super.initialize(properties);
        lake = properties.getOrDefault(LAKE, "");
    }

    @Override
    public OutputFile newOutputFile(String path) {
        requireAlive("writing " + path);
        return super.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
        requireAlive("deleting " + path);
        super.deleteFile(path);
    }

    @Override
    public void deleteFiles(Iterable<String> paths) {
        requireAlive("deleting files");
        super.deleteFiles(paths);
    }

    private void requireAlive(String doing) {
        PointDeath run = RUNS.get(lake);
        if (run != null) {
            run.requireAlive(doing);
        }
    }
}
