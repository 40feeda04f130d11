#!/usr/bin/env bash
# Grades the submission in /autograder/submission. Whatever happens, results.json is there after it.
home="${MNISTLAB_AUTOGRADER:-/autograder}"
export PYTHONPATH="$home/source" MNISTLAB_CACHE="$home/source/data"
mkdir -p "$home/results"
cat > "$home/results/results.json" << 'RESULTS'
{"score": 0.0, "output": "The autograder stopped before it was done, so nothing could be measured. This is no fault of your submission. Tell your instructor; the submission is kept and can be graded again.", "output_format": "text", "visibility": "visible", "stdout_visibility": "hidden", "tests": []}
RESULTS

python="$home/venv/bin/python"
[ -x "$python" ] || python=python3
cd "$home/source/lab" || exit 0
# -P: nothing is imported from where the submission lies.
timeout --kill-after=10 "${MNISTLAB_AUTOGRADER_SECONDS:-540}" \
  "$python" -P -m mnistlab.grading.autograder || echo "run_autograder: grading ended with status $?"
exit 0
