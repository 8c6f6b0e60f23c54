//! Charts as plain numbers: where each line, bar and word of a drawing lies. The templates only write them down.

use serde::Serialize;

/// The drawing's width, in its own units; it grows with the card.
const WIDTH: f64 = 480.0;
const TOP: f64 = 8.0;
/// Room for the words below.
const BOTTOM: f64 = 24.0;
/// So many words fit below.
const LABELS: usize = 14;

/// A horizontal line with its value.
#[derive(Debug, Serialize)]
pub struct Grid {
    y: String,
    text_y: String,
    label: String,
}

/// A word below.
#[derive(Debug, Serialize)]
pub struct Label {
    x: String,
    text: String,
    now: bool,
}

/// A drawing.
#[derive(Debug, Serialize)]
pub struct Chart {
    height: i64,
    left: String,
    base: String,
    label_y: String,
    grid: Vec<Grid>,
    labels: Vec<Label>,
    /// Pairs of bars.
    first: Vec<String>,
    second: Vec<String>,
    /// A line, the area below it, and single points.
    curve: String,
    area: String,
    dots: Vec<(String, String)>,
}

struct Frame {
    height: f64,
    left: f64,
    most: f64,
    columns: usize,
}

impl Frame {
    fn base(&self) -> f64 {
        self.height - BOTTOM
    }

    fn y(&self, value: f64) -> f64 {
        self.base() - value / self.most * (self.base() - TOP)
    }

    fn column(&self) -> f64 {
        (WIDTH - self.left) / cast(self.columns.max(1))
    }

    fn middle(&self, at: usize) -> f64 {
        self.left + self.column() * (cast(at) + 0.5)
    }

    fn empty(&self, names: &[String], ticks: &[(f64, String)]) -> Chart {
        let every = names.len().div_ceil(LABELS).max(1);
        let last = names.len().saturating_sub(1);
        let label = |(at, text): (usize, &String)| Label {
            x: short(self.middle(at)),
            text: text.clone(),
            now: at == last,
        };
        Chart {
            height: (self.height).round() as i64,
            left: short(self.left),
            base: short(self.base()),
            label_y: short(self.height - 5.0),
            grid: ticks
                .iter()
                .map(|(value, label)| Grid {
                    y: short(self.y(*value)),
                    text_y: short(self.y(*value) + 3.5),
                    label: label.clone(),
                })
                .collect(),
            // Counted from the end: today has its word.
            labels: names
                .iter()
                .enumerate()
                .filter(|(at, _)| (last - at).is_multiple_of(every))
                .map(label)
                .collect(),
            first: Vec::new(),
            second: Vec::new(),
            curve: String::new(),
            area: String::new(),
            dots: Vec::new(),
        }
    }
}

/// Two counts for each name, side by side.
pub fn bars(names: &[String], first: &[i64], second: &[i64]) -> Chart {
    let most = first.iter().chain(second).copied().max().unwrap_or(0);
    let (step, top) = whole_steps(most);
    let ticks: Vec<(f64, String)> =
        (0..=top / step).map(|at| (number(at * step), (at * step).to_string())).collect();
    let frame = Frame { height: 190.0, left: 28.0, most: number(top), columns: names.len() };
    let mut chart = frame.empty(names, &ticks);
    let wide = (frame.column() * 0.3).clamp(1.0, 8.0);
    for (at, (a, b)) in first.iter().zip(second).enumerate() {
        let middle = frame.middle(at);
        chart.first.push(bar(&frame, middle - wide - 0.5, wide, *a));
        chart.second.push(bar(&frame, middle + 0.5, wide, *b));
    }
    chart
}

fn bar(frame: &Frame, x: f64, wide: f64, value: i64) -> String {
    if value == 0 {
        return String::new();
    }
    let (base, y) = (frame.base(), frame.y(number(value)));
    let round = (wide / 3.0).min(2.0).min(base - y);
    format!(
        "M{} {}V{}q0-{r} {r}-{r}h{}q{r} 0 {r} {r}V{}z",
        short(x),
        short(base),
        short(y + round),
        short(wide - 2.0 * round),
        short(base),
        r = short(round),
    )
}

/// One duration in seconds for each name, where there is one; `word` says how long that is.
pub fn line(names: &[String], values: &[Option<i64>], word: impl Fn(i64) -> String) -> Chart {
    let most = values.iter().flatten().copied().max().unwrap_or(0);
    let step = time_step(most);
    let top = (most.max(1) + step - 1) / step * step;
    let ticks: Vec<(f64, String)> = (0..=top / step)
        .map(|at| at * step)
        .map(|value| (number(value), if value == 0 { "0".to_owned() } else { word(value) }))
        .collect();
    // About six units a letter: durations are longer in some languages.
    let letters = ticks.iter().map(|(_, word)| word.chars().count()).max().unwrap_or(0);
    let left = cast(letters).mul_add(6.0, 8.0).max(56.0);
    let frame = Frame { height: 150.0, left, most: number(top), columns: names.len() };
    let mut chart = frame.empty(names, &ticks);
    for run in runs(values) {
        let points: Vec<(f64, f64)> =
            run.iter().map(|(at, value)| (frame.middle(*at), frame.y(number(*value)))).collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
        let path = smooth(&points);
        if points.len() > 1 {
            chart.curve.push_str(&path);
            let base = short(frame.base());
            chart.area.push_str(&format!("{path}L{} {base}L{} {base}z", short(last.0), short(first.0)));
        }
        let today = run.last().is_some_and(|(at, _)| at + 1 == values.len());
        if points.len() == 1 || today {
            chart.dots.push((short(last.0), short(last.1)));
        }
    }
    chart
}

// Neighbours with a value: a day without any is no zero.
fn runs(values: &[Option<i64>]) -> Vec<Vec<(usize, i64)>> {
    let mut runs: Vec<Vec<(usize, i64)>> = vec![Vec::new()];
    for (at, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((at, *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs
}

fn smooth(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let mut before: Option<(f64, f64)> = None;
    for (x, y) in points {
        match before {
            None => path.push_str(&format!("M{} {}", short(*x), short(*y))),
            Some((left, high)) => {
                let middle = short(f64::midpoint(left, *x));
                path.push_str(&format!(
                    "C{middle} {} {middle} {} {} {}",
                    short(high),
                    short(*y),
                    short(*x),
                    short(*y)
                ));
            }
        }
        before = Some((*x, *y));
    }
    path
}

// Three to five lines at whole, round values.
fn whole_steps(most: i64) -> (i64, i64) {
    let mut unit: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if most <= step.saturating_mul(4) {
                return (step, (most.max(1) + step - 1) / step * step);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn time_step(most: i64) -> i64 {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 3_600;
    const DAY: i64 = 86_400;
    let steps = [
        MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        30 * DAY,
        90 * DAY,
    ];
    steps.into_iter().find(|step| most <= step * 3).unwrap_or_else(|| (most / 3 / DAY + 1) * DAY)
}

// Counts of tickets and seconds are far below the 2^53 up to which this is exact.
#[expect(clippy::cast_precision_loss, reason = "drawn, not counted")]
fn number(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "drawn, not counted")]
fn cast(value: usize) -> f64 {
    value as f64
}

fn short(value: f64) -> String {
    format!("{value:.1}")
}
