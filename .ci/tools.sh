# What both scripts use; read with `source`, from the root of the project.

# Installs Debian's packages where the first argument, a command or a pattern of paths, is not there.
debian() {
  local sign=$1; shift
  if command -v "$sign" >/dev/null || compgen -G "$sign" >/dev/null; then return; fi
  install_from_debian "$@"
}

install_from_debian() {
  echo "installing from Debian: $*"
  local sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  [ -n "${lists_are_new:-}" ] || { $sudo apt-get update -q; lists_are_new=1; }
  $sudo apt-get install -qy --no-install-recommends "$@"
}

# Python packages for the oracles, each with its version.
python_packages() {
  [ -x target/oracle/bin/pip ] || python3 -m venv target/oracle
  target/oracle/bin/pip install --quiet --disable-pip-version-check "$@"
}

# Node packages for the oracles. $1: the folder with the package.json; $2: where they are installed, anew where it has changed.
node_packages() {
  if cmp -s "$1/package.json" "$2/installed.json"; then return; fi
  rm -rf "$2" && mkdir -p "$2" && cp "$1/package.json" "$2/"
  npm install --prefix "$2" --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
  # Nine tenths of what GitHub publishes are the same again for its other products.
  find "$2" \( -name '*.deref.json' -o -name 'gh?[cs]*.json' \) -delete
  cp "$1/package.json" "$2/installed.json"
}

# What both need: a compiler, PostgreSQL, what GitHub publishes about itself, readers of the forms that are written, and a client that tries
# whatever an API's description allows.
readonly published=target/oracle/npm formats=target/oracle/outputs
common_tools() {
  debian cc gcc libc6-dev   # aws-lc and SQLite are built from C
  debian make make
  debian git git
  debian strace strace      # watches a server while it reviews a hostile change
  debian "/usr/lib/postgresql/*/bin/initdb" postgresql   # the store's second half
  debian npm nodejs npm
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_from_debian python3 python3-venv
  node_packages tests/oracle "$published"
  node_packages tests/oracle/outputs "$formats"
  python_packages 'schemathesis==4.32.5'
}
