//! Chats, which are written and not spoken; [`chat_quotes`] detects lines that only quote a
//! message.

pub(crate) mod chat_quotes;
pub(crate) mod whatsapp;
pub(crate) mod zoom_chat;
