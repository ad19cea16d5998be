//! What the worker of a page calls.

use crate::{read_frame, read_picture};
use handfast_qr::Scanner;
use wasm_bindgen::prelude::*;

/// Reads pictures, and the frames of one camera.
#[wasm_bindgen]
#[derive(Default)]
pub struct Reader(Scanner);

#[wasm_bindgen]
impl Reader {
    /// One that has seen nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Reader {
        Self::default()
    }

    /// The texts of all symbols in a picture file. An error names the sentence to say.
    pub fn picture(&self, bytes: &[u8]) -> Result<Vec<String>, JsError> {
        read_picture(bytes).map_err(JsError::new)
    }

    /// The texts of all symbols in a frame, four bytes a pixel.
    pub fn frame(
        &mut self,
        pixels: &[u8],
        width: u32,
        height: u32,
    ) -> Result<Vec<String>, JsError> {
        let size = (width as usize, height as usize);
        Ok(read_frame(&mut self.0, pixels, size)?)
    }
}
