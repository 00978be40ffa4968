//! The definition of a channel. [`super`] lists the channels.
//!
//! Invariant: a channel has one spelling. Its ids are lower-case and hyphenated, so that names and
//! channels map one to one, in tables and on the wire.

use debrief_domain::principal::Permission;
use uuid::Uuid;

/// Properties common to the channels of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelKind {
    /// Name, with `<id>` in place of an id.
    pub name: &'static str,
    /// Permission required to subscribe.
    pub permission: Permission,
    /// Subject of its updates.
    pub about: &'static str,
}

/// There is no channel with this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such channel")]
pub struct UnknownChannel;

/// Placeholder of an id in the name of a kind.
const ID: &str = "<id>";

/// Returns the part of a name before the id.
pub(super) fn prefix(name: &'static str) -> &'static str {
    name.strip_suffix(ID).unwrap_or(name)
}

/// Parses the id in `text`, if it is a channel of the kind `name`.
pub(super) fn id_in<I: From<Uuid>>(text: &str, name: &'static str) -> Option<I> {
    let text = text.strip_prefix(prefix(name))?;
    let id: Uuid = text.parse().ok()?;
    (id.to_string() == text).then(|| id.into())
}

/// Declares [`super::Channel`]: for each kind of channel its name, the permission required and the
/// subject of its updates.
///
/// ```ignore
/// channels! {
///     Transcripts = "transcripts", Read, "every transcript of the organization";
///     Transcript(id: TranscriptId) = "transcripts/<id>", Read, "one transcript";
/// }
/// ```
macro_rules! channels {
    ($($kind:ident $(($id:ident: $Id:ty))? = $name:literal, $permission:ident, $about:literal;)+) => {
        /// A channel of an organization, for one thing or for all of a kind.
        ///
        /// In text and JSON it is its name; each channel has one spelling.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Channel {
            $(#[doc = concat!("`", $name, "`: ", $about, ".")] $kind $(($Id))?,)+
        }

        impl Channel {
            /// All kinds of channels.
            pub const KINDS: &[channel::ChannelKind] =
                &[$(channel::channels!(@kind $name $permission $about),)+];

            /// Returns the properties of this channel's kind.
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
