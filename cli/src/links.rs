//! What the links begin with that this program makes.

use crate::{strings, words};
use handfast_native::token::LinkBase;

/// What they begin with this time.
#[derive(clap::Args)]
pub(crate) struct LinkArgs {
    #[arg(long, value_name = "URL", value_parser = link_base, help = strings::option_link_base())]
    link_base: Option<LinkBase>,
}

impl LinkArgs {
    /// What was said, or else what is kept for all.
    pub(crate) fn base<'a>(&'a self, kept: &'a LinkBase) -> &'a LinkBase {
        self.link_base.as_ref().unwrap_or(kept)
    }
}

/// As it is typed.
pub(crate) fn link_base(text: &str) -> Result<LinkBase, String> {
    LinkBase::typed(text).map_err(words::field)
}
