//! AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use uuid::Uuid;
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// A sealed value cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot open a sealed value: wrong key, or the bytes were changed")]
pub struct CipherError;

/// A key that encrypts the words of one person or one transcript.
#[derive(Clone)]
pub struct DataKey {
    /// The client or transcript that it belongs to.
    pub id: Uuid,
    secret: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

impl DataKey {
    /// Generates a random key.
    pub fn generate(id: Uuid) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rand::fill(&mut *secret);
        Self { id, secret }
    }

    /// Returns the same secret under the id of a transcript that was not known when the key was
    /// generated.
    pub fn for_id(self, id: Uuid) -> Self {
        Self { id, ..self }
    }

    pub(super) fn from_secret(id: Uuid, secret: Zeroizing<[u8; 32]>) -> Self {
        Self { id, secret }
    }

    /// Returns the raw key, for sealing blobs.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Encrypts `plain`, bound to `context`; returns nonce, ciphertext and tag.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        seal(&self.secret, context, plain)
    }

    /// Decrypts the output of [`DataKey::seal`] with the same context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        open(&self.secret, context, sealed)
    }
}

pub(super) fn seal(secret: &[u8; 32], context: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce);
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*secret));
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: context })
        .expect("AES-GCM seals any message under 64 GiB");
    [nonce.as_slice(), &sealed].concat()
}

pub(super) fn open(
    secret: &[u8; 32],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CipherError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(CipherError)?;
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*secret));
    cipher
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: context })
        .map(Zeroizing::new)
        .map_err(|_| CipherError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_and_context() {
        let key = DataKey::generate(Uuid::from_u128(1));
        let sealed = key.seal(b"here", b"words");
        assert_eq!(**key.open(b"here", &sealed).unwrap(), *b"words");
        assert_eq!(key.open(b"there", &sealed), Err(CipherError));
        assert_eq!(DataKey::generate(key.id).open(b"here", &sealed), Err(CipherError));
        for i in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[i] ^= 1;
            assert_eq!(key.open(b"here", &bent), Err(CipherError), "byte {i}");
        }
        assert_eq!(key.open(b"here", &sealed[..5]), Err(CipherError));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let key = DataKey::generate(Uuid::nil());
        assert_eq!(format!("{key:?}"), format!("DataKey({})", Uuid::nil()));
    }
}
