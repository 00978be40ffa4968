//! Chats, which are written and not spoken; [`chat_quotes`] tells what only quotes a message.

pub(crate) mod chat_quotes;
pub(crate) mod whatsapp;
pub(crate) mod zoom_chat;
