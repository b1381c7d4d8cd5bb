//! Does a tag hide what stands inside it? Reads attributes and inline styles; knows no style sheet.

/// Elements whose words no browser shows.
const SILENT: &[&str] = &[
    "template", "script", "style", "noscript", "head", "title", "iframe", "noembed", "noframes", "datalist", "object",
    "audio", "video", "canvas", "metadata", "desc", "map",
];

/// How the inside of an element looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::document) struct Look {
    /// It shows nothing.
    pub(in crate::document) hides: bool,
    /// Its words are white: they show nothing on white.
    pub(in crate::document) white: bool,
    /// It has a ground of its own that is not white.
    pub(in crate::document) ground: bool,
}

/// Looks at an element with its attributes (names in lower case).
pub(in crate::document) fn look(name: &str, attributes: &[(String, String)]) -> Look {
    let mut look = Look { hides: SILENT.contains(&name), ..Look::default() };
    let (mut colour, mut ground) = (None, None);
    for (key, value) in attributes {
        match key.as_str() {
            "hidden" => look.hides = true,
            "color" => colour = Some(plain(value)),
            "bgcolor" => ground = Some(plain(value)),
            "style" => style(value, &mut look, &mut colour, &mut ground),
            _ => {}
        }
    }
    look.ground = ground.as_deref().is_some_and(|ground| !is_white(ground) && ground != "none");
    look.white = colour.as_deref().is_some_and(is_white);
    let same = colour.is_some() && colour.as_deref().map(full) == ground.as_deref().map(full);
    look.hides |= colour.as_deref().is_some_and(is_transparent) || same;
    look
}

fn style(text: &str, look: &mut Look, colour: &mut Option<String>, ground: &mut Option<String>) {
    let (mut flat, mut clipped) = (false, false);
    for (key, value) in text.split(';').filter_map(|pair| pair.split_once(':')) {
        let (key, value) = (plain(key), plain(value.trim_end_matches("!important")));
        let number = || value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').parse::<f64>();
        match key.as_str() {
            "display" => look.hides |= value == "none",
            "visibility" => look.hides |= matches!(value.as_str(), "hidden" | "collapse"),
            "opacity" => look.hides |= number().is_ok_and(|share| share < 0.1),
            "font-size" => look.hides |= number().is_ok_and(|size| size < 1.0 && !value.ends_with("em") || size < 0.05),
            "color" | "-webkit-text-fill-color" => *colour = Some(value),
            "background" | "background-color" => *ground = Some(value),
            "left" | "top" | "right" | "bottom" | "text-indent" | "margin-left" | "margin-top" => {
                look.hides |= number().is_ok_and(|place| place <= -500.0);
            }
            "height" | "width" | "max-height" | "max-width" | "line-height" => {
                flat |= number().is_ok_and(|size| size <= 1.0 && (value.ends_with("px") || size == 0.0));
            }
            "overflow" => clipped |= value == "hidden" || value == "clip",
            "clip" | "clip-path" => look.hides |= value.starts_with("rect(0") || value.starts_with("inset(50%"),
            "transform" => look.hides |= value.contains("scale(0)"),
            _ => {}
        }
    }
    look.hides |= flat && clipped;
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// `#fff` as `#ffffff`, names of the two usual colours as numbers.
fn full(colour: &str) -> String {
    match colour {
        "white" => "#ffffff".into(),
        "black" => "#000000".into(),
        _ => match colour.strip_prefix('#').filter(|digits| digits.len() == 3) {
            Some(digits) => format!("#{}", digits.chars().flat_map(|digit| [digit, digit]).collect::<String>()),
            None => colour.to_owned(),
        },
    }
}

/// White, or so close to it that nobody can tell: every channel at least 240 of 255.
pub(super) fn is_white(colour: &str) -> bool {
    let colour = full(&plain(colour));
    if matches!(colour.as_str(), "snow" | "ghostwhite" | "whitesmoke" | "ivory" | "floralwhite" | "mintcream" | "azure")
    {
        return true;
    }
    if let Some(digits) = colour.strip_prefix('#').filter(|digits| matches!(digits.len(), 6 | 8)) {
        let channel = |at: usize| digits.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        return [0, 2, 4].into_iter().all(|at| channel(at).is_some_and(|value| value >= 240));
    }
    let channels = numbers(&colour, "rgb");
    channels.len() >= 3 && channels.iter().take(3).all(|value| *value >= 240.0)
}

fn is_transparent(colour: &str) -> bool {
    let by_alpha = colour.strip_prefix('#').is_some_and(|digits| match digits.len() {
        8 => digits.ends_with("00"),
        4 => digits.ends_with('0'),
        _ => false,
    });
    let channels = [numbers(colour, "rgb"), numbers(colour, "hsl")].concat();
    colour == "transparent" || by_alpha || (channels.len() == 4 && channels.last().is_some_and(|alpha| *alpha < 0.1))
}

fn numbers(colour: &str, kind: &str) -> Vec<f64> {
    if !colour.starts_with(kind) {
        return Vec::new();
    }
    let inner = colour.split_once('(').map_or("", |(_, inner)| inner).trim_end_matches(')');
    inner.split([',', '/']).filter_map(|part| part.trim_end_matches(['%', 'd', 'e', 'g']).parse().ok()).collect()
}
