//! What a channel is. [`super`] lists the channels that there are.
//!
//! Invariant: a channel has one spelling. Its ids are lower-case and hyphenated, so that a name
//! and a channel can stand for each other, in tables and on the wire.

use debrief_domain::principal::Permission;
use uuid::Uuid;

/// What the channels of one kind have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelKind {
    /// The name, with `<id>` in the place of an id.
    pub name: &'static str,
    /// What a caller has to hold to follow it.
    pub permission: Permission,
    /// What its updates are about.
    pub about: &'static str,
}

/// There is no channel of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such channel")]
pub struct UnknownChannel;

/// Stands for an id in the name of a kind.
const ID: &str = "<id>";

/// The part of a name before the id.
pub(super) fn prefix(name: &'static str) -> &'static str {
    name.strip_suffix(ID).unwrap_or(name)
}

/// The id in `text`, if it is one of the channels called `name`.
pub(super) fn id_in<I: From<Uuid>>(text: &str, name: &'static str) -> Option<I> {
    let text = text.strip_prefix(prefix(name))?;
    let id: Uuid = text.parse().ok()?;
    (id.to_string() == text).then(|| id.into())
}

/// Declares [`super::Channel`]: for each kind of channel its name, the permission that it needs and
/// what its updates are about.
///
/// ```ignore
/// channels! {
///     Transcripts = "transcripts", Read, "every transcript of the organization";
///     Transcript(id: TranscriptId) = "transcripts/<id>", Read, "one transcript";
/// }
/// ```
macro_rules! channels {
    ($($kind:ident $(($id:ident: $Id:ty))? = $name:literal, $permission:ident, $about:literal;)+) => {
        /// Where updates are told: within an organization, about one thing or all of a kind.
        ///
        /// As text and in JSON it is its name; each channel has one spelling.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Channel {
            $(#[doc = concat!("`", $name, "`: ", $about, ".")] $kind $(($Id))?,)+
        }

        impl Channel {
            /// All kinds of channels.
            pub const KINDS: &[channel::ChannelKind] =
                &[$(channel::channels!(@kind $name $permission $about),)+];

            /// What this channel has in common with others of its kind.
            pub fn kind(self) -> channel::ChannelKind {
                match self {
                    $(Self::$kind { .. } => {
                        channel::channels!(@kind $name $permission $about)
                    })+
                }
            }
        }

        impl std::fmt::Display for Channel {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$kind $(($id))? => {
                        f.write_str(channel::prefix($name))?;
                        $(write!(f, "{}", $id)?;)?
                        Ok(())
                    })+
                }
            }
        }

        impl serde::Serialize for Channel {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl std::str::FromStr for Channel {
            type Err = channel::UnknownChannel;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $(if let Some(channel) =
                    channel::channels!(@read text $name $kind $($id)?)
                {
                    return Ok(channel);
                })+
                Err(channel::UnknownChannel)
            }
        }
    };
    (@kind $name:literal $permission:ident $about:literal) => {
        channel::ChannelKind {
            name: $name,
            permission: debrief_domain::principal::Permission::$permission,
            about: $about,
        }
    };
    (@read $text:ident $name:literal $kind:ident) => {
        ($text == $name).then_some(Self::$kind)
    };
    (@read $text:ident $name:literal $kind:ident $id:ident) => {
        channel::id_in($text, $name).map(Self::$kind)
    };
}
pub(super) use channels;
