package io.sluice.lake;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTClient;
import org.apache.iceberg.rest.RESTSessionCatalog;

/**
 * A REST catalog whose tables' files are read and written through the class that was configured here. Servers name one
 * too, with each table, and Iceberg's client obeys: Nessie's names {@code S3FileIO}, which is not among the parts of this
 * service.
 */
final class HadoopRestCatalog extends RESTCatalog {

    private final String fileIo;
    private final Configuration hadoop;

    HadoopRestCatalog(String fileIo, Configuration hadoop) {
        this.fileIo = fileIo;
        this.hadoop = hadoop;
    }

    @Override
    protected RESTSessionCatalog newSessionCatalog(Function<Map<String, String>, RESTClient> clients) {
        return new RESTSessionCatalog(clients, (context, properties) -> {
            Map<String, String> own = new HashMap<>(properties);
            own.put(CatalogProperties.FILE_IO_IMPL, fileIo);
            return CatalogUtil.loadFileIO(fileIo, own, hadoop);
        });
    }
}
