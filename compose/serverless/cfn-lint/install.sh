#!/usr/bin/env bash
# Installs cfn-lint in the versions of requirements.txt into the folder given, unless it is there in these versions.
set -euo pipefail
folder=$1
requirements="$(dirname "$0")/requirements.txt"

if cmp --silent "$requirements" "$folder/requirements.txt"; then exit 0; fi
rm -rf "$folder"
if ! python3 -m venv "$folder"; then
  if [ "$(id -u)" != 0 ]; then
    echo "python3 cannot make a virtual environment. Install it (Debian: sudo apt-get install python3-venv) and try again." >&2
    exit 1
  fi
  apt-get update --quiet && apt-get install --quiet --yes python3-venv
  rm -rf "$folder"
  python3 -m venv "$folder"
fi
"$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
# Written last: what was interrupted is installed anew.
cp "$requirements" "$folder/requirements.txt"
