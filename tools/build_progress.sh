#!/usr/bin/env bash
# Shows a build's steps, and keeps the whole log for when it fails. The exit status is the build's (see the marker below).
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
while IFS= read -r line; do
  printf '%s\n' "$line" >>"$log"
  case "$line" in
    *'['[0-9]*/[0-9]*']'*) printf '   %s\n' "$(printf '%s' "$line" | grep -oE '\[[0-9]+/[0-9]+\].*' | cut -c1-110)" ;;
    *'-- '*|*Successfully*|*warning:*) printf '   %s\n' "$(printf '%s' "$line" | sed 's/^ *//' | cut -c1-110)" ;;
  esac
done
if ! grep -q 'Successfully installed' "$log"; then
  echo 'the build failed; its log:'
  cat "$log"
  exit 1
fi
