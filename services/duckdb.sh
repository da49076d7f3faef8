# DuckDB is no server: the address is the path of its command-line program, which tests start themselves.
packages="python3 python3-venv"
start() {
    local program
    touch pids
    python3 -m venv venv >>log 2>&1 || cannot "python3 makes no virtual environment"
    venv/bin/pip install -q duckdb-cli >>log 2>&1 || cannot "pip install duckdb-cli failed: $(tail -1 log)"
    # What `bin` has is a script around the program.
    program=$(find "$PWD/venv" -path '*/duckdb_cli/duckdb' -type f | head -1)
    [ -n "$program" ] && "$program" -version >>log 2>&1 || cannot "there is no program that runs in duckdb-cli"
    address "$program"
}
