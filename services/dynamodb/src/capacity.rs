//! How much a call costs on AWS: counted as AWS counts, told to who asks, never throttled.

use crate::{
    state::IndexWrite,
    table::{Index, Table},
};
use api_dynamodb::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};
use shape::Map;

/// AWS: one unit writes up to 1 KB.
const WRITE_UNIT_BYTES: usize = 1024;
/// AWS: one unit reads up to 4 KB, with strong consistency.
const READ_UNIT_BYTES: usize = 4096;

/// What was spent on one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent {
    is_write: bool,
    table: f64,
    locals: Map<f64>,
    globals: Map<f64>,
}

/// Where a read took its items from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consistency {
    Eventual,
    Strong,
    Transaction,
}

impl Consistency {
    pub(crate) fn of(is_consistent: Option<bool>) -> Self {
        if is_consistent == Some(true) { Self::Strong } else { Self::Eventual }
    }
    fn factor(self) -> f64 {
        match self {
            Self::Eventual => 0.5,
            Self::Strong => 1.0,
            Self::Transaction => 2.0,
        }
    }
}

fn units(bytes: usize, unit: usize) -> f64 {
    u32::try_from(bytes.div_ceil(unit).max(1)).unwrap_or(u32::MAX).into()
}

impl Spent {
    /// `bytes` were read together.
    pub(crate) fn read(bytes: usize, consistency: Consistency) -> Self {
        Self { table: units(bytes, READ_UNIT_BYTES) * consistency.factor(), ..Self::default() }
    }
    /// The same, out of an index.
    pub(crate) fn read_index(bytes: usize, consistency: Consistency, table: &Table, index: &Index) -> Self {
        let spent = Self::read(bytes, consistency);
        let place: Map<f64> = [(index.name.clone(), spent.table)].into();
        match table.is_global(index) {
            true => Self { globals: place, ..Self::default() },
            false => Self { locals: place, ..Self::default() },
        }
    }
    /// An item was written: `bytes` is the larger one of before and after.
    pub(crate) fn write(bytes: usize, indexes: &[IndexWrite]) -> Self {
        let mut spent = Self { is_write: true, table: units(bytes, WRITE_UNIT_BYTES), ..Self::default() };
        for write in indexes {
            let place = if write.is_global { &mut spent.globals } else { &mut spent.locals };
            place.insert(write.index.clone(), write.sizes.iter().map(|size| units(*size, WRITE_UNIT_BYTES)).sum());
        }
        spent
    }
    /// AWS: a transaction costs twice, since items are prepared and then committed.
    #[must_use]
    pub(crate) fn twice(mut self) -> Self {
        self.table *= 2.0;
        self.locals.values_mut().chain(self.globals.values_mut()).for_each(|units| *units *= 2.0);
        self
    }
    pub(crate) fn add(&mut self, other: Self) {
        self.is_write |= other.is_write;
        self.table += other.table;
        for (name, units) in other.locals {
            *self.locals.entry(name).or_default() += units;
        }
        for (name, units) in other.globals {
            *self.globals.entry(name).or_default() += units;
        }
    }

    pub(crate) fn answer(&self, wanted: Option<ReturnConsumedCapacity>, table: &str) -> Option<ConsumedCapacity> {
        let total = self.table + self.locals.values().chain(self.globals.values()).sum::<f64>();
        let capacity = |units: f64| Capacity { capacity_units: Some(units), ..Capacity::default() };
        let each = |map: &Map<f64>| {
            (!map.is_empty()).then(|| map.iter().map(|(name, units)| (name.clone(), capacity(*units))).collect())
        };
        let sum = ConsumedCapacity {
            table_name: Some(table.to_owned()),
            capacity_units: Some(total),
            ..ConsumedCapacity::default()
        };
        match wanted? {
            ReturnConsumedCapacity::None => None,
            ReturnConsumedCapacity::Total => Some(sum),
            ReturnConsumedCapacity::Indexes => Some(ConsumedCapacity {
                table: Some(capacity(self.table)),
                local_secondary_indexes: each(&self.locals),
                global_secondary_indexes: each(&self.globals),
                ..sum
            }),
        }
    }

    /// AWS: transactions tell reads and writes apart.
    pub(crate) fn answer_transaction(
        &self,
        wanted: Option<ReturnConsumedCapacity>,
        table: &str,
    ) -> Option<ConsumedCapacity> {
        let mut answer = self.answer(wanted, table)?;
        let units = answer.capacity_units;
        if self.is_write {
            answer.write_capacity_units = units;
        } else {
            answer.read_capacity_units = units;
        }
        Some(answer)
    }
}
