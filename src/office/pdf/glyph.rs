//! The characters of a page as they are drawn: where, how large, how bold, and whether a reader sees them.

use hayro_interpret::font::{Glyph as Drawn, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{BezPath, PathSeg, Point, Rect, Shape as _};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, TransformExt as _, interpret_page,
};

use super::super::Unreadable;
use super::super::limits::TEXT;
use super::rule::Rules;
use crate::document::Look;

/// Units of a font in one em.
const EM: f64 = 1000.0;
/// Points up to which characters cannot be read.
const TINY: f64 = 1.5;
/// Grounds of a page that are kept: a table with a ground below each cell has fewer.
const GROUNDS: usize = 10_000;
/// Light from which on a colour cannot be told from paper.
const WHITE: u8 = 247;
/// Diameters, in points, of dots that may be signs of list items.
const DOTS: std::ops::Range<f64> = 2.0..8.0;
/// Diameter of a dot and height of its lower edge, in parts of the size of the text beside it.
const DOT: f64 = 0.38;
const RISE: f64 = 0.15;
/// Weight of a font from which on it is bold.
const BOLD: u32 = 600;

/// A character on a page; points from the upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) text: String,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Of its baseline.
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) look: Look,
    /// The number of the marked part of the page that it is drawn in, which the tags of the file speak of.
    pub(super) part: Option<i32>,
}

/// What was drawn on a page.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) glyphs: Vec<Glyph>,
    pub(super) has_pictures: bool,
    /// Lines that are drawn.
    pub(super) rules: Rules,
    /// Marked parts that are open, from the outermost on.
    parts: Vec<Option<i32>>,
    /// Characters that are drawn invisibly: what a scanner recognised, or what hides.
    invisible: usize,
    grounds: Vec<Rect>,
    area: Rect,
    bytes: usize,
}

/// Draws pages and keeps the characters.
pub(super) struct Gatherer<'a> {
    pdf: &'a Pdf,
    cache: InterpreterCache<'a>,
    /// Bytes of the pages so far.
    bytes: usize,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        Self { pdf, cache: InterpreterCache::new(), bytes: 0 }
    }

    pub(super) fn gather(&mut self, page: &Page<'a>) -> Result<Found, Unreadable> {
        let (width, height) = page.render_dimensions();
        let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = page.initial_transform(true).to_kurbo();
        let settings = InterpreterSettings::default();
        let mut context = Context::new(transform, area, &self.cache, self.pdf.xref(), settings);
        let mut found = Found { area, bytes: self.bytes, ..Found::default() };
        interpret_page(page, &mut context, &mut found);
        self.bytes = found.bytes;
        if self.bytes > TEXT {
            return Err(Unreadable::too_much_text());
        }
        // A scanned page holds what was recognised below its picture: that is what a reader sees.
        if found.has_pictures && found.invisible == found.glyphs.len() {
            found.glyphs.iter_mut().for_each(|glyph| glyph.look.hidden = false);
        }
        Ok(found)
    }
}

impl Found {
    fn is_white(paint: &Paint<'_>) -> bool {
        let Paint::Color(color) = paint else { return false };
        let [red, green, blue, alpha] = color.to_rgba().to_rgba8();
        (red > WHITE && green > WHITE && blue > WHITE) || alpha < u8::MAX - WHITE
    }

    /// Remembers what was painted, so that light words on it count as seen.
    fn ground(&mut self, area: Rect, paint: Option<&Paint<'_>>) {
        if self.grounds.len() < GROUNDS && !paint.is_some_and(Self::is_white) {
            self.grounds.push(area);
        }
    }
}

impl<'a> Device<'a> for Found {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if !Self::is_white(&props.paint) {
            match mode {
                DrawMode::Invisible => {}
                DrawMode::Fill(_) => self.rules.area(props.transform.transform_rect_bbox(path.bounding_box())),
                DrawMode::Stroke(_) | DrawMode::FillAndStroke(..) => {
                    for segment in path.segments() {
                        if let PathSeg::Line(line) = segment {
                            self.rules.line(props.transform * line.p0, props.transform * line.p1);
                        }
                    }
                }
            }
        }
        if matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            let area = props.transform.transform_rect_bbox(path.bounding_box());
            self.ground(area, Some(&props.paint));
            if !Self::is_white(&props.paint) {
                let part = self.parts.last().copied().flatten();
                self.glyphs.extend(dot(area).map(|dot| Glyph { part, ..dot }));
            }
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        if self.bytes > TEXT {
            return;
        }
        let mut look = run.glyphs().first().map(|glyph| look_of(glyph)).unwrap_or_default();
        let is_light = Self::is_white(&props.paint) && !matches!(mode, DrawMode::Invisible);
        let is_invisible = matches!(mode, DrawMode::Invisible);
        let hidden = look.hidden;
        let part = self.parts.last().copied().flatten();
        for glyph in run.glyphs() {
            let Some(text) = text_of(glyph) else { continue };
            let at = props.transform * glyph.transform();
            let (start, up) = (at * Point::ORIGIN, at * Point::new(0.0, EM));
            let end = at * Point::new(advance(glyph), 0.0);
            let size = (up - start).hypot();
            if !(size.is_finite() && start.x.is_finite() && start.y.is_finite() && end.x.is_finite()) {
                continue;
            }
            let is_seen = !is_light || self.grounds.iter().rev().any(|ground| ground.contains(start));
            let is_inside = self.area.inflate(size, size).contains(start);
            look.hidden = hidden || is_invisible || !is_seen || !is_inside || size < TINY;
            self.bytes += text.len();
            self.invisible += usize::from(is_invisible);
            let (left, right) = (start.x.min(end.x), start.x.max(end.x));
            self.glyphs.push(Glyph { text, left, right, y: start.y, size, look, part });
        }
    }

    fn draw_image(&mut self, _image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.has_pictures = true;
        self.ground(props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, 1.0, 1.0)), None);
    }

    fn begin_marked_content(&mut self, _: &[u8], properties: Option<&Dict<'_>>) {
        let number = properties.and_then(|properties| properties.get::<i32>("MCID"));
        self.parts.push(number.or_else(|| self.parts.last().copied().flatten()));
    }

    fn end_marked_content(&mut self) {
        self.parts.pop();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The sign of a list item that is drawn as a dot, as browsers do.
fn dot(area: Rect) -> Option<Glyph> {
    let (width, height) = (area.width(), area.height());
    let is_dot = DOTS.contains(&width) && (width - height).abs() < width / 10.0;
    let size = height / DOT;
    is_dot.then(|| Glyph {
        text: "\u{2022}".to_owned(),
        left: area.x0,
        right: area.x1,
        y: area.y1 + RISE * size,
        size,
        look: Look::default(),
        part: None,
    })
}

/// Bold, italic, code: by what the font says of itself, and by its name.
fn look_of(glyph: &Drawn<'_>) -> Look {
    let Drawn::Outline(outline) = glyph else { return Look::default() };
    let Some(font) = outline.font_data() else { return Look::default() };
    let name = font.postscript_name.unwrap_or_default().to_ascii_lowercase();
    let named = |words: &[&str]| words.iter().any(|word| name.contains(word));
    Look {
        strong: font.weight.is_some_and(|weight| weight >= BOLD) || named(&["bold", "heavy", "black"]),
        emphasis: font.is_italic || named(&["italic", "oblique"]),
        code: font.is_monospace || named(&["mono", "courier", "consol", "menlo"]),
        ..Look::default()
    }
}

fn text_of(glyph: &Drawn<'_>) -> Option<String> {
    match glyph.as_unicode()? {
        BfString::Char(c) => Some(c.to_string()),
        BfString::String(text) => Some(text),
    }
}

fn advance(glyph: &Drawn<'_>) -> f64 {
    let advance = match glyph {
        Drawn::Outline(outline) => outline.advance_width(),
        Drawn::Type3(drawn) => drawn.advance_width(),
    };
    advance.map_or(EM / 2.0, f64::from)
}
