#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One training block on a machine where a command may run for a few minutes only: training goes on in a session of its own.
#   block.sh start FOLDER [options of train.py]   copies the recipe and the assets to FOLDER and starts training there
#   block.sh wait FOLDER SECONDS RESULTS          waits at most SECONDS, shows the log and copies what there is to RESULTS
# Where no step is done some time after the start, training starts again with less: without compiled functions, then by one
# process, then by one without compiled functions. Give --until, so that a later start ends no later.
set -u
folder=$2
alive() { [ -d "/proc/$1" ] && ! grep -q ') Z ' "/proc/$1/stat"; }
launch() {
  (
    cd "$folder" || exit 1
    touch run/log
    PYTHONUNBUFFERED=1 TORCHINDUCTOR_COMPILE_THREADS=$(($(nproc) / 3 + 1)) PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True \
      setsid nohup python3 train/train.py --assets assets --out run "$@" >>run/log 2>&1 </dev/null &
    echo $! >run/pid
  )
}
stop() {
  kill -9 "-$(cat "$folder/run/pid")" 2>/dev/null
  sleep 3
}
# Whether the log tells of a step within so many seconds; no longer waited for when training has ended.
stepped() {
  end=$(($(date +%s) + $1))
  while [ "$(date +%s)" -lt $end ] && ! grep -q '"step"' "$folder/run/log" && alive "$(cat "$folder/run/pid")"; do sleep 2; done
  grep -q '"step"' "$folder/run/log"
}
case $1 in
  start)
    shift 2
    rm -rf "$folder" && mkdir -p "$folder/run" && cp -r tools/train "$folder/train" && cp -r build/train-assets "$folder/assets"
    [ ! -d build/train-start ] || cp -r build/train-start "$folder/start"
    launch "$@"
    stepped 240 && exit
    echo "no step yet: starting again without compilation"
    cat "$folder/run/log"
    stop
    launch "$@" --no-compile
    stepped 100 && exit
    echo "no step yet: starting again with one process"
    tail -c 3000 "$folder/run/log"
    stop
    launch "$@" --ranks 1
    stepped 150 && exit
    echo "no step yet: starting again with one process, without compilation"
    tail -c 3000 "$folder/run/log"
    stop
    launch "$@" --ranks 1 --no-compile
    ;;
  wait)
    end=$(($(date +%s) + $3))
    while [ "$(date +%s)" -lt $end ] && alive "$(cat "$folder/run/pid")" && ! grep -q '^done' "$folder/run/log"; do sleep 3; done
    tail -c 9000 "$folder/run/log"
    nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader 2>/dev/null
    cp "$folder/run/history.json" "$4/" 2>/dev/null
    cp "$folder"/run/export/* "$4/" 2>/dev/null
    python3 "$folder/train/plot_run.py" "$folder/run/history.json" --out "$4/curves.png" 2>/dev/null
    ;;
esac
