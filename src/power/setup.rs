//! Where a command finds the card, the helper, the platform, and its own files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::clocks::map::MapFile;
use super::helper::client::Remote;
use super::sysfs::PlatformFiles;
use super::writer::Refusal;
use crate::cli::CardArgs;
use crate::gpu::nvml::{NvmlCard, NvmlSource, SYSFS_ROOT, Target};
use crate::gpu::{Card, Source, Which};

/// See the module.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Which card, through which library.
    pub target: Target,
    /// Where the helper listens.
    pub socket: PathBuf,
    /// What stands for /sys.
    pub sysfs: Option<PathBuf>,
    /// The user's directory for what must outlive a process.
    state: PathBuf,
    /// The user's directory for what was learned.
    data: PathBuf,
}

impl Setup {
    /// What the command line and the environment say.
    ///
    /// # Errors
    /// When this user has no home to write to.
    pub fn of(card: &CardArgs) -> Result<Self, String> {
        let own = directories::ProjectDirs::from("", "", "smelt").ok_or(
            "no home directory is known for this user, so what is set could not be put back",
        )?;
        let which = card.gpu.as_deref().map(Which::of).unwrap_or_default();
        Ok(Self {
            target: Target::of(which),
            socket: card.helper_socket.clone(),
            sysfs: std::env::var_os(SYSFS_ROOT).map(PathBuf::from),
            state: own
                .state_dir()
                .unwrap_or_else(|| own.data_local_dir())
                .to_owned(),
            data: own.data_dir().to_owned(),
        })
    }

    /// The same with the card of this UUID, whichever was meant; an empty one changes nothing.
    #[must_use]
    pub fn for_card(&self, uuid: &str) -> Self {
        let mut setup = self.clone();
        if !uuid.is_empty() {
            setup.target.which = Which::Uuid(uuid.to_owned());
        }
        setup
    }

    /// A connection to the helper.
    ///
    /// # Errors
    /// When there is none, or it serves another card.
    pub fn helper(&self) -> Result<Remote, Refusal> {
        Remote::connect(&self.socket, |served| self.means(served))
    }

    /// Whether this names the card that is meant, by place or UUID.
    fn means(&self, named: &str) -> bool {
        if named == self.target.which.to_string() {
            return true;
        }
        let which = Which::of(named);
        let uuid = |which| {
            let target = Target {
                which,
                ..self.target.clone()
            };
            let mut source = NvmlSource::new(target, self.sysfs.clone());
            source.sample(Duration::ZERO);
            source.identity().uuid
        };
        let meant = uuid(self.target.which.clone());
        !meant.is_empty() && uuid(which) == meant
    }

    /// The card, to be written to.
    #[must_use]
    pub fn card(&self) -> Box<dyn Card> {
        Box::new(NvmlCard::new(self.target.clone()))
    }

    /// The card, to be read.
    #[must_use]
    pub fn source(&self) -> NvmlSource {
        NvmlSource::new(self.target.clone(), self.sysfs.clone())
    }

    /// The platform's files.
    #[must_use]
    pub fn platform(&self) -> PlatformFiles {
        PlatformFiles::under(self.sysfs.as_deref().unwrap_or(Path::new("/sys")))
    }

    /// What was found before the first write.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.state.join("power.json")
    }

    /// Who may write.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.state.join("power.lock")
    }

    /// What clocks do on a card.
    #[must_use]
    pub fn map(&self, uuid: &str) -> MapFile {
        MapFile::new(&self.data.join("clocks.json"), uuid)
    }
}
