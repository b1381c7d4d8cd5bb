//! Judges passages: named only, committed to, or left out. Never decides what a concept is; its page does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::announce::{Announced, announced};
use super::beginning;
use super::denied;
use super::passage::{Place, Shape};
use super::pointer::{Pointer, Pointers};
use super::topic::Pointed;
use super::{ConceptFact, ConceptState, Passage};
use crate::document::{BlockId, BlockKind, Document, Mark};
use crate::facts::lexicon::{Need, Reach, Token};
use crate::facts::{Hit, Lexicon, Piece, RawConcept, Signal, Signals, Term};

/// Passages that a fact keeps.
const KEPT: usize = 8;
/// Sentences of one passage at most: a longer passage is no statement, and this keeps the cost linear.
const LONG: usize = 300;
/// Part of the document in which an early concept counts without being announced.
const EARLY: f64 = 0.4;

/// Titles of sections whose content is not committed to.
const OPEN: [&str; 12] = [
    "open question",
    "open issue",
    "open point",
    "future work",
    "to be decided",
    "undecided",
    "out of scope",
    "non goals",
    "non-goals",
    "not in scope",
    "nice to have",
    "parking lot",
];

/// Lines of needs that were tried already: line, block (or section, counted on from the last block), announced.
type Known = HashMap<(usize, usize, bool), bool>;

/// A place that speaks of the concept.
#[derive(Debug, Clone)]
struct Trigger {
    block: BlockId,
    piece: usize,
    /// Offsets of the cue in the block's text; none where only a heading or label announces the block.
    cue: Option<(usize, usize)>,
    announced: bool,
}

/// What a place says.
struct Verdict {
    state: ConceptState,
    reason: Option<String>,
    /// It says that the thing is left out, or stands where nothing is decided.
    denied: bool,
}

/// A passage with what was read from it.
struct Found {
    passage: Passage,
    reason: Option<String>,
    /// Words of the concept stand in it; false where only a heading or label announces it.
    named: bool,
    /// Where it points to.
    pointer: Option<Pointer>,
}

pub(super) struct Judge<'a> {
    document: &'a Document,
    lexicon: &'a Lexicon,
    signals: &'a Signals,
    shape: Shape<'a>,
    announced: Announced,
    /// Where each term stands, in order.
    places: HashMap<&'a Term, Vec<(BlockId, usize)>>,
    hits: HashMap<usize, Vec<&'a Hit>>,
    open: Vec<bool>,
    pointers: &'a Pointers,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        document: &'a Document,
        lexicon: &'a Lexicon,
        hits: &'a [Hit],
        signals: &'a Signals,
        pointers: &'a Pointers,
    ) -> Self {
        let shape = Shape::new(document);
        let announced = announced(document, &shape, hits);
        let mut places: HashMap<&Term, Vec<(BlockId, usize)>> = HashMap::new();
        let mut by_concept: HashMap<usize, Vec<&Hit>> = HashMap::new();
        for hit in hits {
            places.entry(&hit.term).or_default().push((hit.block, hit.start));
            if let Term::Cue(concept) | Term::Pair(concept) | Term::Weak(concept) | Term::Unless(concept) = hit.term {
                by_concept.entry(concept).or_default().push(hit);
            }
        }
        let mut open: Vec<bool> = Vec::new();
        for section in &document.sections {
            let title = section.title.to_lowercase();
            let inherited = section.parent.and_then(|parent| open.get(parent)).copied().unwrap_or_default();
            open.push(inherited || OPEN.iter().any(|phrase| title.contains(phrase)));
        }
        Self { document, lexicon, signals, shape, announced, places, hits: by_concept, open, pointers }
    }

    /// What phrases tell about a concept, and the document that a passage about it points to without saying more.
    pub(super) fn fact(&self, number: usize, concept: &RawConcept) -> (ConceptFact, Option<Pointed>) {
        let mut found: BTreeMap<(BlockId, usize), Found> = BTreeMap::new();
        let mut known = Known::new();
        for trigger in self.triggers(number, concept) {
            let verdict = self.judge(number, concept, &trigger, &mut known);
            let at = (trigger.block, trigger.piece);
            let named = trigger.cue.is_some();
            if found.get(&at).is_none_or(|known| (known.passage.state, known.named) < (verdict.state, named))
                && let Some(passage) = self.passage(&trigger, verdict.state)
            {
                let pointer = self.pointer(&trigger).filter(|_| !verdict.denied).cloned();
                found.insert(at, Found { passage, reason: verdict.reason, named, pointer });
            }
        }
        // What merely stands in a column names nothing by itself: "Proof of concept" over a number is no proof of anything else.
        found.retain(|_, found| {
            let titled = self.announced.titled.get(found.passage.block);
            found.named
                || found.pointer.is_some()
                || found.passage.state != ConceptState::Mentioned
                || titled.is_some_and(|titled| titled.binary_search(&number).is_ok())
        });
        let specified = found.values().filter(|found| found.passage.state == ConceptState::Specified).count();
        let mut found: Vec<Found> = found.into_values().collect();
        if specified < concept.at_least {
            for Found { passage, .. } in &mut found {
                if passage.state == ConceptState::Specified {
                    passage.state = ConceptState::Mentioned;
                }
            }
        }
        // What is committed to somewhere is not left out, whatever is left out elsewhere; and where the thing is only named, the
        // words that name it say more than what merely stands below its heading.
        found.sort_by_key(|found| match found.passage.state {
            ConceptState::Specified => 0,
            ConceptState::Waived => 1,
            ConceptState::Mentioned if found.named => 2,
            ConceptState::Mentioned => 3,
            ConceptState::Absent => 4,
        });
        let pointed = found.iter().find_map(|found| {
            let pointer = found.pointer.as_ref().filter(|pointer| pointer.is_bare && pointer.is_near())?;
            Some(Pointed { target: pointer.target.clone(), passage: found.passage.clone(), named: found.named })
        });
        found.truncate(KEPT);
        let Some(best) = found.first() else { return (ConceptFact::absent(), None) };
        let state = best.passage.state;
        let reason = best.reason.clone().filter(|_| state == ConceptState::Waived);
        let deferred_to = found.iter().find_map(|found| Some(found.pointer.as_ref()?.target.clone()));
        let passages = found.into_iter().map(|found| found.passage).collect();
        (ConceptFact { state, passages, reason, deferred_to }, pointed)
    }

    fn pointer(&self, trigger: &Trigger) -> Option<&Pointer> {
        self.pointers.at(trigger.block, self.piece(trigger)?.start)
    }

    /// All places that speak of the concept, in order.
    fn triggers(&self, number: usize, concept: &RawConcept) -> Vec<Trigger> {
        let hits = self.hits.get(&number).map_or(&[][..], Vec::as_slice);
        let piece_of = |hit: &Hit| {
            let pieces = self.signals.pieces(hit.block);
            pieces.partition_point(|piece| piece.start <= hit.start).saturating_sub(1)
        };
        let taken: BTreeSet<(BlockId, usize)> = hits
            .iter()
            .filter(|hit| matches!(hit.term, Term::Unless(_)))
            .map(|hit| (hit.block, piece_of(hit)))
            .collect();
        let mut triggers = Vec::new();
        let mut weak: BTreeMap<BlockId, Vec<&Hit>> = BTreeMap::new();
        for hit in hits {
            let at = (hit.block, piece_of(hit));
            if taken.contains(&at) {
                continue;
            }
            let announced = self.is_announced(hit.block, number, concept);
            match hit.term {
                Term::Pair(_) | Term::Weak(_) if !announced && self.off_topic(hit.block, concept) => continue,
                Term::Cue(_) | Term::Pair(_) => {}
                Term::Weak(_) if announced => {}
                Term::Weak(_) => {
                    weak.entry(hit.block).or_default().push(hit);
                    continue;
                }
                _ => continue,
            }
            triggers.push(Trigger { block: hit.block, piece: at.1, cue: Some((hit.start, hit.end)), announced });
        }
        for (block, hits) in weak {
            let text = self.document.blocks.get(block).map_or("", |block| block.text.as_str());
            let words: BTreeSet<String> =
                hits.iter().filter_map(|hit| text.get(hit.start..hit.end)).map(str::to_lowercase).collect();
            if words.len() >= 2 {
                triggers.extend(hits.iter().map(|hit| Trigger {
                    block,
                    piece: piece_of(hit),
                    cue: Some((hit.start, hit.end)),
                    announced: false,
                }));
            }
        }
        for (block, concepts) in self.announced.all.iter().enumerate() {
            if !concepts.is_empty() && self.is_announced(block, number, concept) && self.counts(block, concept) {
                let pieces = (0..self.signals.pieces(block).len()).filter(|piece| !taken.contains(&(block, *piece)));
                triggers.extend(pieces.map(|piece| Trigger { block, piece, cue: None, announced: true }));
            }
        }
        if concept.early {
            let limit = self.document.source.len() as f64 * EARLY;
            triggers.retain(|trigger| {
                let start = self.document.blocks.get(trigger.block).map_or(0, |block| block.span.start());
                trigger.announced || start as f64 <= limit
            });
        }
        triggers.retain(|trigger| self.counts(trigger.block, concept) || trigger.cue.is_some());
        triggers
    }

    /// Announced for this concept, and for none that takes precedence.
    fn is_announced(&self, block: BlockId, number: usize, concept: &RawConcept) -> bool {
        self.announced.all.get(block).is_some_and(|announced| {
            let first = |other: &usize| {
                let other = self.lexicon.concepts().get(*other);
                other.is_some_and(|(_, other)| concept.not_under.contains(&other.concept))
            };
            announced.binary_search(&number).is_ok() && !announced.iter().any(first)
        })
    }

    /// True in passages that are announced for something else.
    fn off_topic(&self, block: BlockId, concept: &RawConcept) -> bool {
        let Some(announced) = self.announced.all.get(block).filter(|list| !list.is_empty()) else { return false };
        let others = announced.iter().filter_map(|number| self.lexicon.concepts().get(*number)).map(|(_, other)| other);
        let mut related = false;
        for other in others {
            if concept.not_under.contains(&other.concept) {
                return true;
            }
            related |=
                concept.topic.split(' ').any(|topic| !topic.is_empty() && other.topic.split(' ').any(|t| t == topic));
        }
        !related
    }

    /// Content that can satisfy a check; a heading or table header alone cannot.
    fn counts(&self, block: BlockId, concept: &RawConcept) -> bool {
        self.document.blocks.get(block).is_some_and(|block| {
            (block.mark == Mark::Content || concept.apparatus && block.mark == Mark::Apparatus)
                && block.kind != BlockKind::Heading
                && block.text.chars().any(char::is_alphanumeric)
        })
    }

    fn judge(&self, number: usize, concept: &RawConcept, trigger: &Trigger, known: &mut Known) -> Verdict {
        let section = self.document.blocks.get(trigger.block).map_or(0, |block| block.section);
        let open = self.open.get(section).copied().unwrap_or_default();
        let sentence = self.sentence(trigger);
        let negated = !concept.keeps_negation
            && trigger.cue.is_some_and(|(start, end)| {
                let from = self.piece(trigger).map_or(0, |piece| piece.start);
                denied(sentence, start.saturating_sub(from), end.saturating_sub(from))
            });
        if negated || open {
            let pieces = self.signals.pieces(trigger.block);
            let reason = [trigger.piece, trigger.piece + 1]
                .iter()
                .filter_map(|at| pieces.get(*at))
                .any(|piece| piece.has(Signal::Reason) && !piece.has(Signal::Vague));
            if negated && reason {
                let reason = sentence.trim().chars().take(200).collect();
                return Verdict { state: ConceptState::Waived, reason: Some(reason), denied: true };
            }
            return Verdict { state: ConceptState::Mentioned, reason: None, denied: true };
        }
        let heading = self.document.blocks.get(trigger.block).is_some_and(|block| block.kind == BlockKind::Heading);
        let met = !heading
            && self.lexicon.needs(number).iter().enumerate().any(|(line, need)| {
                let place = match need.reach {
                    Reach::Sentence => return self.met(number, need, trigger),
                    Reach::Block | Reach::Passage => trigger.block,
                    Reach::Section => self.document.blocks.len() + section,
                };
                *known.entry((line, place, trigger.announced)).or_insert_with(|| self.met(number, need, trigger))
            });
        let state = if met { ConceptState::Specified } else { ConceptState::Mentioned };
        Verdict { state, reason: None, denied: false }
    }

    fn met(&self, number: usize, need: &Need, trigger: &Trigger) -> bool {
        if need.unwanted.contains(&Token::Announced) && trigger.announced {
            return false;
        }
        let places = self.shape.passage(trigger.block, trigger.piece, need.reach);
        let pieces: Vec<(BlockId, &Piece)> =
            places.into_iter().flat_map(|place| self.usable(place)).take(LONG).collect();
        // A heading gives the context, never the content: only general words count there.
        let shows = |token: &Token| {
            pieces.iter().any(|(block, piece)| {
                let heading = self.document.blocks.get(*block).is_some_and(|block| block.kind == BlockKind::Heading);
                (!heading || matches!(token, Token::Phrases(Term::Signal(_))))
                    && self.shows(number, token, *block, piece)
            })
        };
        let wanted = need.wanted.iter().all(|token| match token {
            Token::Announced => trigger.announced,
            token => shows(token),
        });
        wanted && !need.unwanted.iter().any(shows)
    }

    /// Sentences that can prove something: neither hope nor question.
    fn usable(&self, (block, only): Place) -> impl Iterator<Item = (BlockId, &Piece)> {
        let pieces = self.signals.pieces(block);
        let pieces = match only {
            Some(only) => pieces.get(only..=only).unwrap_or_default(),
            None => pieces,
        };
        let usable = pieces.iter().filter(|piece| !piece.has(Signal::Vague) && !piece.has(Signal::Question));
        usable.map(move |piece| (block, piece))
    }

    fn shows(&self, number: usize, token: &Token, block: BlockId, piece: &Piece) -> bool {
        match token {
            Token::Signal(signal) => piece.has(*signal),
            Token::Phrases(term) => self.stands(term, block, piece),
            Token::Cue => {
                self.stands(&Term::Cue(number), block, piece) || self.stands(&Term::Pair(number), block, piece)
            }
            Token::Announced => false,
        }
    }

    fn stands(&self, term: &Term, block: BlockId, piece: &Piece) -> bool {
        self.places.get(term).is_some_and(|places| {
            let at = places.partition_point(|place| *place < (block, piece.start));
            places.get(at).is_some_and(|(b, start)| *b == block && *start < piece.end.max(piece.start + 1))
        })
    }

    fn piece(&self, trigger: &Trigger) -> Option<&Piece> {
        self.signals.pieces(trigger.block).get(trigger.piece)
    }

    fn sentence(&self, trigger: &Trigger) -> &str {
        let text = self.document.blocks.get(trigger.block).map_or("", |block| block.text.as_str());
        self.piece(trigger).and_then(|piece| text.get(piece.start..piece.end)).unwrap_or(text)
    }

    fn passage(&self, trigger: &Trigger, state: ConceptState) -> Option<Passage> {
        let block = self.document.blocks.get(trigger.block)?;
        let piece = self.piece(trigger)?;
        let lines = self.document.lines.range(block.map.span(piece.start, piece.end));
        let cue = match trigger.cue {
            Some((start, end)) => block.text.get(start..end).unwrap_or_default().to_owned(),
            None => beginning(self.sentence(trigger)),
        };
        Some(Passage { block: trigger.block, lines, state, cue })
    }
}
