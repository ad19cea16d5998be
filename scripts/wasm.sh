# Sourced by what compiles for browsers: `wasm_cargo ARGUMENTS..` runs cargo for wasm32-unknown-unknown.
#
# With rustup, by its target. Otherwise by Debian's compiler for the web, which is unpacked beside
# everything else, with the source of the standard library that belongs to it. 77 where there is neither.

triple=wasm32-unknown-unknown
wasm_target=${CARGO_TARGET_DIR:-target}/wasm

wasm_cargo() {
    local tools usr
    # A page takes its randomness from its browser.
    local -x RUSTFLAGS='--cfg getrandom_backend="wasm_js"'
    if rustup target list --installed 2>/dev/null | grep -qx "$triple" ||
        { command -v rustup >/dev/null && timeout 120 rustup target add "$triple" >/dev/null 2>&1; }; then
        cargo "$@" --locked --target "$triple" --target-dir "$wasm_target"
    elif tools=$(scripts/debian-rustc); then
        usr=$tools/usr
        LD_LIBRARY_PATH=$(dirname "$(find "$usr/lib" -name 'libLLVM*.so*' -print -quit)"):$usr/lib/$(uname -m)-linux-gnu \
            RUSTC=$usr/bin/rustc RUSTC_BOOTSTRAP=1 \
            cargo "$@" --locked --target "$triple" --target-dir "$wasm_target" -Zbuild-std=std,panic_abort
    else
        echo "skipped: neither rustup nor Debian has the target $triple here"
        return 77
    fi
}
