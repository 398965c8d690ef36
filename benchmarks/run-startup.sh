#!/bin/sh
# Measures the start of the distribution without a pipeline: wall and CPU time until /q/health/ready answers 200, and resident
# memory after ten idle seconds, each run a process of its own. Makes the distribution and its AOT cache first.
#   benchmarks/run-startup.sh [--no-build] [--runs N] JAVA_HOME...
# The first JAVA_HOME that is of version 25 or later is also measured with a cache. Needs curl, and Linux for /proc.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
archive=$home/ingest-service/target/dist/sluice.tar.gz
build=yes
runs=5
port=18999
while [ $# -gt 0 ]; do
    case $1 in
        --no-build) build=no; shift ;;
        --runs) runs=$2; shift 2 ;;
        -*) sed -n '2,5p' "$0" >&2; exit 2 ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
[ $build = no ] || (cd "$home" && mvn -B -ntp -q -Pdist -Dmaven.test.skip=true -Dspotless.check.skip=true \
    -pl ingest-service -am package)
[ -f "$archive" ] || { echo "run-startup: not built yet; leave --no-build away" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-startup.XXXXXX")
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/pipelines"
tar xzf "$archive" -C "$work"
dist=$work/sluice

# One run: "wall-ms cpu-ms rss-MB".
once() {
    begin=$(date +%s%N)
    (cd "$work" && exec "$dist/bin/sluice" run pipelines --port $port --plain) > "$work/output" 2>&1 &
    pid=$!
    until curl -sf -o "$work/answer" "http://127.0.0.1:$port/q/health/ready"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/output" >&2; pid=; exit 1; }
        sleep 0.05
    done
    end=$(date +%s%N)
    cpu=$(awk '{print ($14 + $15) * 10}' "/proc/$pid/stat")
    sleep 10
    rss=$(awk '/VmRSS/ {printf "%d", $2 / 1024}' "/proc/$pid/status")
    kill -TERM "$pid"
    wait "$pid" || { cat "$work/output" >&2; pid=; exit 1; }
    pid=
    echo "$(((end - begin) / 1000000)) $cpu $rss"
}

measure() {
    name=$1
    : > "$work/runs"
    run=0
    while [ $run -lt "$runs" ]; do
        once >> "$work/runs"
        run=$((run + 1))
    done
    column() { sort -n -k "$1" "$work/runs" | awk -v c="$1" '{v[NR] = $c} END {printf "%d / %d / %d", v[1], v[int((NR + 1) / 2)], v[NR]}'; }
    printf '| %s | %s | %s | %s | %s |\n' "$name" "$(column 1)" "$(column 2)" "$(column 3)" "$(cut -d' ' -f1 /proc/loadavg)"
}

echo "| JDK | ready after ms, min / median / max of $runs | CPU ms | resident MB | load |"
echo "|---|---|---|---|---|"
for jdk in "$@"; do
    JAVA_HOME=$jdk
    export JAVA_HOME
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$jdk/release")
    SLUICE_AOT_CACHE=''
    export SLUICE_AOT_CACHE
    measure "$version"
    if [ "${version%%.*}" -ge 25 ]; then
        SLUICE_AOT_CACHE=$work/sluice.aot
        [ -f "$SLUICE_AOT_CACHE" ] || "$dist/bin/train-aot-cache" >&2
        measure "$version with an AOT cache"
    fi
done
