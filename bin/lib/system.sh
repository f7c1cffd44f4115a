# shellcheck shell=bash
# system.sh - what the machine must be and have: system, space, packages, Python, npm. Knows no database and no demo.
# Takes ROOT (the checkout) and LOCAL (the instance's directory). Everything installed leaves a stamp, so it happens once.

SUDO=()
((EUID == 0)) || SUDO=(sudo)
PYTHON=$ROOT/.venv/bin/python
# What lays out papers (WeasyPrint): text, the fonts' smaller selves, and characters to print with.
# shellcheck disable=SC2034 # bin/up, bin/test
PAPER_PACKAGES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk)

require_system() {
  local id="" pretty=""
  # shellcheck source=/dev/null
  [[ -r /etc/os-release ]] && { id=$(. /etc/os-release && echo "$ID-$VERSION_ID") pretty=$(. /etc/os-release && echo "$PRETTY_NAME"); }
  case $id in
    debian-12) POSTGRESQL=15 ;;
    debian-13) POSTGRESQL=17 ;;
    ubuntu-24.04) POSTGRESQL=16 ;;
    *) fail "不支持的系统：${pretty:-$(uname -s)}。请使用 Debian 12、Debian 13、Ubuntu 24.04，或用 docker compose up。" \
      "Unsupported system: ${pretty:-$(uname -s)}. Use Debian 12, Debian 13 or Ubuntu 24.04, or docker compose up." ;;
  esac
  # shellcheck disable=SC2034 # services.sh
  POSTGRESQL_BIN=/usr/lib/postgresql/$POSTGRESQL/bin
  [[ -w $ROOT && (! -e $LOCAL || -O $LOCAL) ]] ||
    fail "目录 $ROOT 属于其他用户，请用该用户运行。" "$ROOT belongs to another user: run this as that user."
}

# require_space PLACE MEGABYTES
require_space() {
  local free
  free=$(df --output=avail --block-size=1M "$1" | tail -n 1 | tr -d " ")
  ((free >= $2)) || fail "磁盘空间不足：$1 需要 $2 MB，只剩 $free MB。" "Not enough disk space: $2 MB needed in $1, $free MB free."
}

# install_packages NAME… - those that are missing, by apt; starts no service and makes no cluster.
install_packages() {
  local name missing=()
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  require_space /usr 1500
  obtain_sudo "${missing[@]}"
  step "安装系统软件" "Installing system packages" "${SUDO[@]}" "$ROOT/bin/lib/apt-install.sh" "${missing[@]}"
}

obtain_sudo() {
  ((EUID)) || return 0
  command -v sudo >/dev/null && sudo -n true 2>/dev/null && return
  command -v sudo >/dev/null && [[ -t 0 ]] && say "需要管理员权限来安装：$*" "Administrator rights are needed to install: $*" && sudo -v && return
  fail "缺少系统软件，而当前用户没有 sudo 权限。请管理员运行：apt-get install --no-install-recommends $*" \
    "System packages are missing and this user has no sudo. Ask an administrator to run: apt-get install --no-install-recommends $*"
}

require_python() {
  /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "需要 Python 3.11 或更新版本，这台机器的 /usr/bin/python3 不是。" "Python 3.11 or newer is needed; /usr/bin/python3 of this machine is not."
}

# stamped FILE WORD - whether what FILE locks was installed last time, in this place, with this WORD.
stamp_of() { printf '%s %s %s\n' "$2" "$ROOT" "$(sha256sum <"$1")"; }
stamped() { grep -qxF "$(stamp_of "$1" "$2")" "$3" 2>/dev/null; }

# install_python base|test - .venv from the hashed lock, nothing else.
install_python() {
  local lock=$ROOT/requirements/$1.txt stamp=$ROOT/.venv/installed version
  version=$(/usr/bin/python3 -V)
  stamped "$lock" "$version" "$stamp" && return
  require_space "$ROOT" 1200
  step "安装 Python 组件" "Installing Python packages" fill_venv "$lock" "$version" "$stamp"
}

fill_venv() {
  # A moved checkout or another Python makes the old one useless.
  grep -qF "$2 $ROOT " "$3" 2>/dev/null || rm -rf "$ROOT/.venv"
  [[ -x $PYTHON ]] || /usr/bin/python3 -m venv "$ROOT/.venv" || return
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --retries 2 --no-deps --only-binary :all: --require-hashes -r "$1" || return
  [[ $1 == */test.txt ]] && stamp_of "$ROOT/requirements/base.txt" "$2" >>"$3" # the test lock holds the base lock
  stamp_of "$1" "$2" >>"$3"
}

# install_npm prod|dev - node_modules from the lock, with the Node of the Python lock: the same everywhere.
install_npm() {
  local lock=$ROOT/package-lock.json stamp=$ROOT/node_modules/.installed
  stamped "$lock" "$1" "$stamp" && return
  step "安装网页组件" "Installing web packages" fill_node_modules "$1" "$lock" "$stamp"
}

fill_node_modules() {
  local omit=()
  [[ $1 == dev ]] || omit=(--omit=dev)
  (cd "$ROOT" && "$ROOT/bin/lib/node.sh" npm ci --ignore-scripts --no-audit --no-fund "${omit[@]}") || return
  [[ $1 == dev ]] && stamp_of "$2" prod >>"$3"
  stamp_of "$2" "$1" >>"$3"
}
