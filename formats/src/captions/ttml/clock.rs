//! Time expressions of TTML: `00:01:02.5`, `00:01:02:12` with frames, `12.5s`, `300f`, `900t`.

/// Frame rate and tick rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    /// Frames per second.
    frames: f64,
    /// Ticks per second.
    ticks: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { frames: 30.0, ticks: 1.0 }
    }
}

impl Rates {
    /// Reads the rates from the root element: TTML 2, sections 7.2.4, 7.2.5 and 7.2.13.
    pub(super) fn of(attribute: impl Fn(&str) -> Option<String>) -> Self {
        let number = |key: &str| {
            attribute(key)?.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0)
        };
        let multiplier = attribute("frameRateMultiplier").and_then(|text| {
            let mut parts = text.split([' ', ':']).filter_map(|part| part.parse::<f64>().ok());
            let (over, under) = (parts.next()?, parts.next()?);
            (over > 0.0 && under > 0.0).then(|| over / under)
        });
        let stated = number("frameRate");
        let frames = stated.unwrap_or(30.0) * multiplier.unwrap_or(1.0);
        let parts = number("subFrameRate").unwrap_or(1.0);
        let ticks = number("tickRate").or(stated.map(|_| frames * parts)).unwrap_or(1.0);
        Self { frames, ticks }
    }

    /// Returns a time expression in seconds.
    pub(super) fn seconds(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let number = |digits: &str| {
            let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            digits.parse::<f64>().ok().filter(|number| plain && number.is_finite())
        };
        if text.contains(':') {
            let mut fields = text.split(':');
            let (first, second) = (number(fields.next()?)?, number(fields.next()?)?);
            let seconds = match (fields.next(), fields.next()) {
                // Some programs omit the hours.
                (None, _) => return Some(first * 60.0 + second),
                (Some(third), pictures) => {
                    let pictures = match pictures {
                        Some(pictures) => number(pictures)? / self.frames,
                        None => 0.0,
                    };
                    number(&third.replace(',', "."))? + pictures
                }
            };
            return (fields.next().is_none() && second < 60.0)
                .then_some(first * 3600.0 + second * 60.0 + seconds);
        }
        let at = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (digits, unit) = text.split_at(at);
        let unit = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "f" => 1.0 / self.frames,
            "t" => 1.0 / self.ticks,
            _ => return None,
        };
        number(digits).map(|number| number * unit)
    }
}

#[cfg(test)]
mod tests {
    use super::Rates;

    #[test]
    fn expressions_of_all_kinds() {
        let rates = Rates::of(|key| match key {
            "frameRate" => Some("24".into()),
            "frameRateMultiplier" => Some("1000 1001".into()),
            "tickRate" => Some("10000000".into()),
            _ => None,
        });
        for (text, seconds) in [
            ("00:01:02.5", Some(62.5)),
            ("01:00:00", Some(3600.0)),
            ("00:00:01:12", Some(1.5005)),
            ("1.5s", Some(1.5)),
            ("1500ms", Some(1.5)),
            ("2m", Some(120.0)),
            ("1h", Some(3600.0)),
            ("15000000t", Some(1.5)),
            ("12", None),
            ("wallclock(2024-01-01)", None),
            ("00:75:00", None),
            ("-1s", None),
        ] {
            let read = rates.seconds(text);
            let near = read.zip(seconds).is_none_or(|(a, b)| (a - b).abs() < 1e-6);
            assert!(read.is_some() == seconds.is_some() && near, "{text}: {read:?}");
        }
        assert_eq!(Rates::default().seconds("60f"), Some(2.0));
    }
}
