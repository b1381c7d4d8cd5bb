//! What was learnt, as bytes: read, written, and applied to a unit. Never learns.

/// First bytes of the file.
const MAGIC: &[u8; 4] = b"SRW1";
/// Bits of a hash that choose its bucket.
const BUCKET_BITS: u32 = 16;

/// One sum for every number that an entry can name, so that none needs to be looked for.
const MOST: usize = 256;

/// Signs of a whole document that the second judgement weighs.
pub(crate) const SIGNS: usize = 13;

/// The second judgement: how the scores of all units of a document become one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Judgement {
    /// Weight of each sign.
    pub(crate) weights: Vec<f32>,
    /// Per concept: the score that separates present from absent on average.
    pub(crate) middle: Vec<f32>,
    /// Per concept.
    pub(crate) bias: Vec<f32>,
}

/// Everything that was learnt.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Weights {
    /// Names of what is recognised, in order of their number.
    pub(crate) names: Vec<String>,
    /// Per concept.
    pub(crate) bias: Vec<f32>,
    /// Per concept: what one step of a stored weight is worth.
    pub(crate) step: Vec<f32>,
    /// Hashes of features, sorted.
    pub(crate) hashes: Vec<u32>,
    /// Where the entries of each feature begin; one more for the end.
    pub(crate) starts: Vec<u32>,
    /// Concept and weight in steps.
    pub(crate) entries: Vec<(u8, i8)>,
    /// For documents of many units, and of few.
    pub(crate) judgements: [Judgement; 2],
    /// First feature of every bucket of hashes.
    buckets: Vec<u32>,
}

impl Weights {
    /// Reads what [`Weights::bytes`] wrote; `None` for anything else.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader { rest: bytes.strip_prefix(MAGIC)? };
        let concepts = from.length()?;
        let names = (0..concepts).map(|_| from.text()).collect::<Option<Vec<String>>>()?;
        let bias = from.floats()?;
        let step = from.floats()?;
        let hashes = from.words()?;
        let starts = from.words()?;
        let count = from.length()?;
        let raw = from.take(count.checked_mul(2)?)?;
        let entries = raw.as_chunks::<2>().0.iter().map(|[concept, weight]| (*concept, weight.cast_signed())).collect();
        let mut judgements = [Judgement::default(), Judgement::default()];
        for judgement in &mut judgements {
            *judgement = Judgement { weights: from.floats()?, middle: from.floats()?, bias: from.floats()? };
        }
        Some(Self { names, bias, step, hashes, starts, entries, judgements, buckets: Vec::new() }.indexed())
    }

    /// As bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let length = |out: &mut Vec<u8>, n: usize| out.extend(u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
        let floats = |out: &mut Vec<u8>, list: &[f32]| {
            length(out, list.len());
            for value in list {
                out.extend(value.to_le_bytes());
            }
        };
        let words = |out: &mut Vec<u8>, list: &[u32]| {
            length(out, list.len());
            for value in list {
                out.extend(value.to_le_bytes());
            }
        };
        length(&mut out, self.names.len());
        for name in &self.names {
            length(&mut out, name.len());
            out.extend(name.as_bytes());
        }
        floats(&mut out, &self.bias);
        floats(&mut out, &self.step);
        words(&mut out, &self.hashes);
        words(&mut out, &self.starts);
        length(&mut out, self.entries.len());
        for (concept, weight) in &self.entries {
            out.extend([*concept, weight.cast_unsigned()]);
        }
        for judgement in &self.judgements {
            floats(&mut out, &judgement.weights);
            floats(&mut out, &judgement.middle);
            floats(&mut out, &judgement.bias);
        }
        out
    }

    /// The first step alone: names, bias and step of every concept, and the entries of every feature.
    pub(crate) fn new(
        names: Vec<String>,
        [bias, step]: [Vec<f32>; 2],
        (hashes, starts, entries): (Vec<u32>, Vec<u32>, Vec<(u8, i8)>),
    ) -> Self {
        Self { names, bias, step, hashes, starts, entries, ..Self::default() }.indexed()
    }

    /// With the index of buckets.
    fn indexed(mut self) -> Self {
        let buckets = 1_u32 << BUCKET_BITS;
        // Hashes are sorted, so one walk over them finds where each bucket begins.
        let mut first = 0_usize;
        self.buckets = (0..=buckets)
            .map(|bucket| {
                let rest = self.hashes.get(first..).unwrap_or_default();
                first += rest.iter().take_while(|hash| *hash >> (32 - BUCKET_BITS) < bucket).count();
                u32::try_from(first).unwrap_or(u32::MAX)
            })
            .collect();
        self
    }

    /// The number of a concept.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// Takes something off every score of one concept.
    pub(crate) fn lower(&mut self, name: &str, by: f32) {
        let number = self.number(name);
        if let Some(bias) = number.and_then(|number| self.bias.get_mut(number)) {
            *bias -= by;
        }
    }

    /// Scores of one unit, one for every concept: above 0 it states it, below it does not.
    pub(crate) fn scores(&self, features: &[(u32, f32)]) -> Vec<f32> {
        let mut scores = Vec::with_capacity(self.names.len());
        self.add_scores(features, &mut scores);
        scores
    }

    /// Splits what [`Weights::add_scores`] gathered into the scores of each unit.
    pub(crate) fn rows<'a>(&self, scores: &'a [f32]) -> impl Iterator<Item = &'a [f32]> {
        scores.chunks_exact(self.bias.len().min(self.step.len()).clamp(1, MOST))
    }

    /// Puts the scores of a unit with these features behind those that are there, one for each concept.
    pub(crate) fn add_scores(&self, features: &[(u32, f32)], into: &mut Vec<f32>) {
        let mut sums = [0.0_f32; MOST];
        for (hash, share) in features {
            for (concept, weight) in self.entries_of(*hash) {
                if let Some(sum) = sums.get_mut(usize::from(*concept)) {
                    *sum += f32::from(*weight) * share;
                }
            }
        }
        let known = sums.iter().zip(&self.step).zip(&self.bias);
        into.extend(known.map(|((sum, step), bias)| sum * step + bias));
    }

    fn entries_of(&self, hash: u32) -> &[(u8, i8)] {
        let bucket = (hash >> (32 - BUCKET_BITS)) as usize;
        let place = |at: usize| self.buckets.get(at).map_or(0, |first| *first as usize);
        let (first, last) = (place(bucket), place(bucket + 1));
        let found = self.hashes.get(first..last).and_then(|hashes| hashes.iter().position(|other| *other == hash));
        let Some(found) = found.map(|at| first + at) else { return &[] };
        let start = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        self.entries.get(start(found)..start(found + 1)).unwrap_or_default()
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn words(&mut self) -> Option<Vec<u32>> {
        let count = self.length()?;
        let raw = self.take(count.checked_mul(4)?)?;
        Some(raw.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    fn floats(&mut self) -> Option<Vec<f32>> {
        Some(self.words()?.into_iter().map(f32::from_bits).collect())
    }

    fn length(&mut self) -> Option<usize> {
        let raw = self.take(4)?;
        let (first, _) = raw.split_first_chunk::<4>()?;
        usize::try_from(u32::from_le_bytes(*first)).ok()
    }

    fn text(&mut self) -> Option<String> {
        let count = self.length()?;
        String::from_utf8(self.take(count)?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Weights {
        Weights {
            names: vec!["a".into(), "b".into()],
            bias: vec![-1.0, 0.5],
            step: vec![0.1, 0.2],
            hashes: vec![5, 70_000_000, 4_000_000_000],
            starts: vec![0, 1, 3, 3],
            entries: vec![(0, 20), (0, -5), (1, 10)],
            judgements: [
                Judgement { weights: vec![1.0], middle: vec![0.0, 0.1], bias: vec![0.2, 0.3] },
                Judgement::default(),
            ],
            buckets: Vec::new(),
        }
        .indexed()
    }

    #[test]
    fn bytes_are_read_back_and_nothing_else_is() {
        let bytes = small().bytes();
        assert_eq!(Weights::read(&bytes), Some(small()));
        assert_eq!(Weights::read(b"SRW1\xff\xff\xff\xff"), None);
        for cut in 0..bytes.len() {
            assert_eq!(Weights::read(bytes.get(..cut).unwrap_or_default()), None);
        }
    }

    #[test]
    fn known_features_add_up() {
        let scores = small().scores(&[(5, 1.0), (6, 1.0), (70_000_000, 0.5)]);
        assert_eq!(scores, [-1.0 + 0.1 * (20.0 - 2.5), 0.5 + 0.2 * 5.0]);
    }
}
