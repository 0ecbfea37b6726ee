use std::fmt;

/// The oldest major version of PostgreSQL that is used.
pub const MINIMUM_MAJOR: u32 = 14;

/// A version of PostgreSQL, such as 15.18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The major version: data directories of different ones are incompatible.
    pub major: u32,
    /// The minor version; 0 for a development or beta version.
    pub minor: u32,
}

impl Version {
    /// Reads the answer to `postgres --version`, such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    pub fn parse(answer: &str) -> Option<Self> {
        let (_, version) = answer.split_once("(PostgreSQL) ")?;
        let mut numbers = version.split_whitespace().next()?.split('.');
        let leading = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().ok()
        };
        let major = leading(numbers.next()?)?;
        let minor = numbers.next().and_then(leading).unwrap_or(0);
        Some(Self { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let parse = |text| Version::parse(text).map(|version| (version.major, version.minor));
        assert_eq!(parse("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some((15, 18)));
        assert_eq!(parse("postgres (PostgreSQL) 18.6"), Some((18, 6)));
        assert_eq!(parse("postgres (PostgreSQL) 19devel"), Some((19, 0)));
        assert_eq!(parse("postgres (PostgreSQL) 18beta1"), Some((18, 0)));
        assert_eq!(parse("postgres (PostgreSQL) 9.6.24"), Some((9, 6)));
        assert_eq!(parse("postgres (PostgreSQL) "), None);
        assert_eq!(parse("mysqld 8"), None);
        assert_eq!(parse(""), None);
    }
}
