//! Profiles: names for the most watts the card may be given. The governor moves below them.

/// A name for a ceiling.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// What the user calls it.
    pub name: String,
    /// Watts.
    pub watts: f64,
}

/// The profiles there are, lowest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles(Vec<Profile>);

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// There is none of that name.
    #[error("no profile is called {name:?}{}; there are {known}", did_you_mean(.closest.as_deref()))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The name that was probably meant.
        closest: Option<String>,
        /// All of them with their watts.
        known: String,
    },
    /// Its watts cannot be a power limit.
    #[error("profile {name:?} has {watts} W; give it a number above 0")]
    Watts {
        /// Which.
        name: String,
        /// As given.
        watts: f64,
    },
}

fn did_you_mean(closest: Option<&str>) -> String {
    closest.map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

impl Default for Profiles {
    fn default() -> Self {
        let known = [
            ("quiet", 100.0),
            ("balanced", 120.0),
            ("performance", 140.0),
            ("max", 150.0),
        ];
        Self(
            known
                .map(|(name, watts)| Profile {
                    name: name.to_owned(),
                    watts,
                })
                .into(),
        )
    }
}

impl Profiles {
    /// The profiles with another's watts, or a new one.
    pub fn with(mut self, name: &str, watts: f64) -> Result<Self, ProfileError> {
        let name = name.to_lowercase();
        if !(watts.is_finite() && watts > 0.0) {
            return Err(ProfileError::Watts { name, watts });
        }
        self.0.retain(|profile| profile.name != name);
        self.0.push(Profile { name, watts });
        self.0
            .sort_by(|one, other| one.watts.total_cmp(&other.watts));
        Ok(self)
    }

    /// The profile of that name, in whatever case.
    pub fn find(&self, name: &str) -> Result<&Profile, ProfileError> {
        let wanted = name.trim().to_lowercase();
        let found = self.0.iter().find(|profile| profile.name == wanted);
        found.ok_or_else(|| ProfileError::Unknown {
            name: name.to_owned(),
            closest: self.closest(&wanted),
            known: self.known(),
        })
    }

    /// All of them, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }

    /// The profile that a slip of the keys, or a word not finished, was meant for.
    fn closest(&self, name: &str) -> Option<String> {
        let distance = |profile: &&Profile| strsim::damerau_levenshtein(&profile.name, name);
        let begun = |profile: &&Profile| !name.is_empty() && profile.name.starts_with(name);
        let near = |profile: &&Profile| distance(profile) * 2 <= profile.name.len();
        let found = self.0.iter().find(begun);
        let found = found.or_else(|| self.0.iter().min_by_key(distance).filter(near));
        found.map(|profile| profile.name.clone())
    }

    fn known(&self) -> String {
        let each = self.0.iter();
        let words: Vec<String> = each
            .map(|profile| format!("{} ({} W)", profile.name, profile.watts))
            .collect();
        words.join(", ")
    }
}
