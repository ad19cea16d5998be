//! Writes the Kotlin and Swift bindings of the facade from the built library; see `scripts/bindings`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
