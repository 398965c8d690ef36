#!/bin/sh
# Measures a snapshot of 6 million TPC-H line items beside plain COPY and Debezium's own snapshot; see --help.
# With --no-build as the first argument it uses the last build.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
class_path=$home/benchmarks/target/class-path.txt
if [ "${1:-}" = --no-build ]; then
    shift
else
    (cd "$home" && mvn -B -ntp -q -Pbench -Dmaven.test.skip=true -Dspotless.check.skip=true -pl benchmarks -am package)
fi
[ -f "$class_path" ] || { echo "run-snapshot: not built yet; leave --no-build away" >&2; exit 1; }
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx2g \
    -Djava.util.logging.config.file="$home/.mvn/test-logging.properties" \
    -cp "$home/benchmarks/target/classes:$(cat "$class_path")" \
    io.sluice.benchmarks.SnapshotBenchmark --launcher "$home/sluice" "$@"
