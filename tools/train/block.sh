#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One training block on a machine where a command may run for a few minutes only: training goes on in a session of its own.
#   block.sh start FOLDER [options of train.py]   copies the recipe and the assets to FOLDER and starts training there
#   block.sh wait FOLDER SECONDS RESULTS          waits at most SECONDS, shows the log and copies what there is to RESULTS
# Where no step is done 240 s after the start, training starts again without compiled functions.
set -u
folder=$2
alive() { [ -d "/proc/$1" ] && ! grep -q ') Z ' "/proc/$1/stat"; }
launch() {
  cd "$folder"
  touch run/log
  PYTHONUNBUFFERED=1 TORCHINDUCTOR_COMPILE_THREADS=4 PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True setsid nohup python3 train/train.py --assets assets --out run "$@" >>run/log 2>&1 </dev/null &
  echo $! >run/pid
}
case $1 in
  start)
    shift 2
    rm -rf "$folder" && mkdir -p "$folder/run" && cp -r tools/train "$folder/train" && cp -r build/train-assets "$folder/assets"
    [ ! -d build/train-start ] || cp -r build/train-start "$folder/start"
    launch "$@"
    i=0
    while [ $i -lt 24 ] && ! grep -q '"step"' "$folder/run/log" && alive "$(cat "$folder/run/pid")"; do sleep 10; i=$((i + 1)); done
    if ! grep -q '"step"' "$folder/run/log"; then
      echo "no step yet: starting again without compilation"
      cat "$folder/run/log"
      kill -- "-$(cat "$folder/run/pid")" 2>/dev/null
      sleep 3
      launch "$@" --no-compile
    fi
    ;;
  wait)
    end=$(($(date +%s) + $3))
    while [ "$(date +%s)" -lt $end ] && alive "$(cat "$folder/run/pid")"; do sleep 3; done
    tail -c 9000 "$folder/run/log"
    nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader 2>/dev/null
    cp "$folder/run/history.json" "$4/" 2>/dev/null
    cp "$folder"/run/export/* "$4/" 2>/dev/null
    python3 "$folder/train/plot_run.py" "$folder/run/history.json" --out "$4/curves.png" 2>/dev/null
    ;;
esac
