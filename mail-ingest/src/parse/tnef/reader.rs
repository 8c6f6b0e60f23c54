//! The bytes of a TNEF file: attributes, and the MAPI properties inside of some.

/// Properties of one list that are read.
const PROPERTIES: u32 = 2_000;
/// Values of one property that are read.
const VALUES: u32 = 10_000;

/// A property's value, as far as anything here is interested in it.
pub(super) enum Value<'a> {
    Text(&'a [u8]),
    Wide(&'a [u8]),
    Bytes(&'a [u8]),
    Object(&'a [u8]),
    Number(u32),
    /// 100 nanoseconds since 1601.
    Time(u64),
}

pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn padded(&mut self, length: u32) -> Option<&'a [u8]> {
        let length = usize::try_from(length).ok()?;
        let taken = self.take(length)?;
        // The last value of a list may lack its padding.
        let padding = (4 - length % 4) % 4;
        self.rest = self.rest.get(padding..).unwrap_or_default();
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// Level, id, length, value, checksum (not compared: a broken one says nothing about the rest). A last value that
    /// was cut off is handed over as far as it goes.
    pub(super) fn attribute(&mut self) -> Option<(u32, &'a [u8])> {
        self.take(1)?;
        let id = self.u32()?;
        let length = usize::try_from(self.u32()?).ok()?;
        if length > self.rest.len() {
            return Some((id, std::mem::take(&mut self.rest)));
        }
        let value = self.take(length)?;
        self.rest = self.rest.get(2..).unwrap_or_default();
        Some((id, value))
    }
}

/// Walks through a list of properties.
pub(super) fn properties<'a>(list: &'a [u8], found: &mut dyn FnMut(u16, Value<'a>)) {
    let mut reader = Reader { rest: list };
    let Some(count) = reader.u32() else { return };
    for _ in 0..count.min(PROPERTIES) {
        if property(&mut reader, found).is_none() {
            return;
        }
    }
}

fn property<'a>(reader: &mut Reader<'a>, found: &mut dyn FnMut(u16, Value<'a>)) -> Option<()> {
    let kind = reader.u16()?;
    let tag = reader.u16()?;
    if tag >= 0x8000 {
        reader.take(16)?;
        if reader.u32()? == 0 {
            reader.u32()?;
        } else {
            let length = reader.u32()?;
            reader.padded(length)?;
        }
    }
    let multiple = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let variable = matches!(kind, 0x1e | 0x1f | 0x0d | 0x102);
    let values = if multiple || variable { reader.u32()? } else { 1 };
    for _ in 0..values.min(VALUES) {
        let length = match kind {
            _ if variable => reader.u32()?,
            // Also null, boolean and short values take four bytes.
            0x01 | 0x02 | 0x03 | 0x04 | 0x0a | 0x0b => 4,
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => 8,
            0x48 => 16,
            _ => return None,
        };
        let bytes = reader.padded(length)?;
        let value = match kind {
            0x1e => Value::Text(bytes),
            0x1f => Value::Wide(bytes),
            0x102 => Value::Bytes(bytes),
            // Sixteen bytes say of what kind the object is.
            0x0d => Value::Object(bytes.get(16..).unwrap_or_default()),
            0x02 | 0x03 => Value::Number(bytes.try_into().ok().map(u32::from_le_bytes)?),
            0x40 => Value::Time(bytes.try_into().ok().map(u64::from_le_bytes)?),
            _ => continue,
        };
        found(tag, value);
    }
    Some(())
}
