//! One measured figure, beside the goal it is held to.

/// What a figure is held to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// The median may be at most this.
    AtMost(f64),
    /// The median must be at least this.
    AtLeast(f64),
}

/// A measured quantity: its samples and its goal.
#[derive(Debug)]
pub(crate) struct Figure {
    name: &'static str,
    unit: &'static str,
    goal: Option<Goal>,
    samples: Vec<f64>,
}

impl Figure {
    /// A figure from at least one sample.
    pub(crate) fn new(name: &'static str, unit: &'static str, mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self {
            name,
            unit,
            goal: None,
            samples,
        }
    }

    /// The same figure, held to a goal.
    pub(crate) fn held_to(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// The headings of [`Self::to_row`].
    pub(crate) fn headings() -> String {
        format!(
            "{:<52} {:>10} {:>10} {:>10}  {:<9} {:>10}",
            "", "median", "min", "max", "unit", "goal"
        )
    }

    /// One line of the table.
    pub(crate) fn to_row(&self) -> String {
        let goal = match self.goal {
            Some(Goal::AtMost(limit)) => format!("<= {}", plain(limit)),
            Some(Goal::AtLeast(limit)) => format!(">= {}", plain(limit)),
            None => String::new(),
        };
        let verdict = match self.is_met() {
            Some(true) => " yes",
            Some(false) => " NO",
            None => "",
        };
        format!(
            "{:<52} {:>10} {:>10} {:>10}  {:<9} {goal:>10}{verdict}",
            self.name,
            plain(self.median()),
            plain(self.at(0)),
            plain(self.at(self.samples.len().saturating_sub(1))),
            self.unit,
        )
    }

    /// One JSON object.
    pub(crate) fn to_json(&self) -> String {
        serde_json::json!({
            "name": self.name,
            "unit": self.unit,
            "median": self.median(),
            "min": self.at(0),
            "max": self.at(self.samples.len().saturating_sub(1)),
            "samples": self.samples.len(),
            "goal": match self.goal {
                Some(Goal::AtMost(limit)) => serde_json::json!({ "at_most": limit }),
                Some(Goal::AtLeast(limit)) => serde_json::json!({ "at_least": limit }),
                None => serde_json::Value::Null,
            },
            "met": self.is_met(),
        })
        .to_string()
    }

    fn median(&self) -> f64 {
        self.at(self.samples.len() / 2)
    }

    fn at(&self, index: usize) -> f64 {
        self.samples.get(index).copied().unwrap_or(f64::NAN)
    }

    fn is_met(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::AtMost(limit) => self.median() <= limit,
            Goal::AtLeast(limit) => self.median() >= limit,
        })
    }
}

/// A number with about three digits that matter.
fn plain(number: f64) -> String {
    match number.abs() {
        n if n >= 100.0 || (n.fract() == 0.0 && n >= 1.0) => format!("{number:.0}"),
        n if n >= 10.0 => format!("{number:.1}"),
        n if n >= 0.1 => format!("{number:.2}"),
        _ => format!("{number:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_tells_its_median_and_whether_the_goal_is_met() {
        let figure = Figure::new("speed", "MiB/s", vec![3.0, 1.0, 2.0]);
        let row = figure.held_to(Goal::AtLeast(2.5)).to_row();
        assert!(row.contains("speed") && row.contains(">= 2.50 NO"), "{row}");
        let json = Figure::new("x", "ms", vec![1.5])
            .held_to(Goal::AtMost(2.0))
            .to_json();
        assert!(json.contains("\"met\":true"), "{json}");
    }
}
