#!/usr/bin/env bash
# Builds the image that grades: a Python from 3.11 on, in an environment of its own.
set -euo pipefail
home="${MNISTLAB_AUTOGRADER:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

python=""
for one in python3 python3.14 python3.13 python3.12 python3.11; do
  if command -v "$one" > /dev/null && "$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    python="$one"
    break
  fi
done
apt-get update
if [ -z "$python" ]; then
  python=python3.11  # Ubuntu 22.04 has 3.10 as python3, and 3.11 beside it
  apt-get install -y --no-install-recommends python3.11
fi
# Ubuntu's own Pythons need it; another brings it along, and apt may not know it.
apt-get install -y --no-install-recommends "$python-venv" || echo "no $python-venv; going on"

"$python" -m venv "$home/venv"
"$home/venv/bin/pip" install --no-cache-dir --upgrade pip
"$home/venv/bin/pip" install --no-cache-dir -r "$home/source/requirements.txt"

# What would fail for the first student fails here.
export PYTHONPATH="$home/source" MNISTLAB_CACHE="$home/source/data"
cd "$home/source/lab"
"$home/venv/bin/python" -P -c 'from mnistlab.grading import autograder; autograder.ready()'
