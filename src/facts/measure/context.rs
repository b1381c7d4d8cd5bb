//! What the surroundings of a block say about its numbers: label, lead, parent item, heading. Never reads the numbers.

use super::role::{self, Cue, Place, Purpose};
use super::{Reader, Role};
use crate::document::{BlockId, BlockKind, Document, SectionId, sentences};

/// Levels of nesting that are looked at.
const DEPTH: usize = 8;

/// What the surroundings say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context {
    /// From a label, lead or parent item.
    pub near: Option<Cue>,
    /// From the headings.
    pub heading: Option<Cue>,
}

impl Context {
    /// The nearest word.
    pub(super) fn purpose(&self) -> Option<Purpose> {
        self.near.or(self.heading).map(|cue| cue.purpose)
    }

    /// The nearest phase.
    pub(super) fn phase(&self) -> Option<&'static str> {
        self.near.or(self.heading).and_then(|cue| cue.phase)
    }
}

/// Surroundings of block `id`.
pub(super) fn of(reader: &Reader<'_>, id: BlockId) -> Context {
    let Some(block) = reader.block(id) else { return Context::default() };
    let mut near = None;
    let mut parent = match block.kind {
        BlockKind::Item { parent, .. } => parent,
        _ => None,
    };
    for _ in 0..DEPTH {
        let Some(at) = parent else { break };
        near = near.or_else(|| of_block(reader, at));
        parent = match reader.block(at).map(|block| &block.kind) {
            Some(BlockKind::Item { parent, .. }) => *parent,
            _ => None,
        };
    }
    near = near.or_else(|| block.lead.and_then(|lead| of_block(reader, lead)));
    Context { near, heading: heading(reader, block.section) }
}

/// What the headings from `section` upwards say. The innermost that says anything wins; "Targets" below "Pilot" are those of
/// the pilot.
pub(super) fn heading(reader: &Reader<'_>, section: SectionId) -> Option<Cue> {
    let kept = reader.said.headings.get(section)?;
    *kept.get_or_init(|| read_heading(reader, section))
}

fn read_heading(reader: &Reader<'_>, section: SectionId) -> Option<Cue> {
    let mut at = Some(section);
    let mut plain = None;
    for _ in 0..DEPTH {
        let Some((id, section)) = at.and_then(|id| Some((id, reader.document.sections.get(id)?))) else { break };
        at = section.parent;
        // The title of the document speaks of the whole project.
        if section.level == 0 || reader.said.title == Some(id) {
            continue;
        }
        let Some(cue) = role::of_heading(&section.title) else { continue };
        let special = matches!(cue.purpose, Purpose::For(Role::Poc | Role::Slo | Role::Stretch));
        if plain.is_some() && special {
            return Some(cue);
        }
        if cue.purpose != Purpose::For(Role::Target) || names_launch(&section.title) {
            return plain.or(Some(cue));
        }
        plain = plain.or(Some(cue));
    }
    plain
}

/// The words say that the number is for the launch, and not just that it is a bound.
pub(super) fn names_launch(text: &str) -> bool {
    let low = text.to_lowercase();
    ["launch", "live", "ship", "acceptance", "release", "production", "roll"].iter().any(|word| low.contains(word))
}

/// The first section, where no other has its level.
pub(super) fn title(document: &Document) -> Option<SectionId> {
    let level = document.shallowest_level();
    let alone = document.sections.iter().filter(|section| section.level == level).count() == 1;
    let first = document.sections.iter().position(|section| section.level > 0)?;
    let is_top = document.sections.get(first).is_some_and(|section| section.level == level);
    (alone && is_top).then_some(first)
}

/// What a lead or parent item says.
fn of_block(reader: &Reader<'_>, id: BlockId) -> Option<Cue> {
    let kept = reader.said.leads.get(id)?;
    *kept.get_or_init(|| announced(reader.text(id)))
}

/// What a lead or parent item says: its last sentence when it ends in a colon, else its label.
pub(super) fn announced(text: &str) -> Option<Cue> {
    let trimmed = text.trim_end();
    let short = trimmed.split_whitespace().count() <= 8;
    let last = sentences(trimmed).last().map_or(trimmed, |sentence| sentence.text);
    let cues = if short { role::cues(trimmed, Place::Label) } else { role::cues(last, Place::Sentence) };
    let strong: Vec<Cue> = cues.into_iter().filter(|cue| !cue.weak && !is_length(trimmed, cue)).collect();
    role::best(&strong).or_else(|| label(trimmed))
}

/// The label that opens a text: "Pilot (6 weeks): …", "Decay. …", "MVP, 8 weeks, …".
pub(super) fn label(text: &str) -> Option<Cue> {
    let end = text.find([':', '.', ',', '(', ';', '–', '—', '→']).unwrap_or(text.len());
    let label = text.get(..end)?;
    if label.split_whitespace().count() > 4 {
        return None;
    }
    let cues: Vec<Cue> =
        role::cues(label, Place::Label).into_iter().filter(|cue| !cue.weak && !is_length(label, cue)).collect();
    role::best(&cues)
}

/// "Five weeks, two engineers": how long a step takes does not say what its numbers are for. A bare "Weeks" is a label.
fn is_length(text: &str, cue: &Cue) -> bool {
    let word = text.get(cue.start..cue.end).unwrap_or_default().to_lowercase();
    let before = text.get(..cue.start).unwrap_or_default();
    matches!(word.as_str(), "weeks" | "days") && before.ends_with(' ')
}
