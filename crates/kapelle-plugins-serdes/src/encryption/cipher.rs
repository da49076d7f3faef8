//! AES over the content of a file: in blocks that hang together (CBC), or as a stream with a seal (GCM).

use std::io::{Read, Write};

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit, StreamCipher};
use ctr::Ctr32BE;
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};

use super::form::Form;

const BLOCK: usize = 16;
const KEY: usize = 32;

/// How much is worked on at once; whole blocks.
const PIECE: usize = 64 << 10;

type Block = aes::Block;

/// Encrypts the content, after the beginning of the file.
pub(super) fn encrypt(
    cx: &RunContext,
    form: &Form,
    password: &[u8],
    from: &mut dyn Read,
    to: &mut dyn Write,
) -> Result<(), Broken> {
    let header = form.header();
    to.write_all(&header)?;
    match form {
        Form::OpenSsl { salt, cost } => {
            let mut key = [0; KEY + BLOCK];
            cost.derive(password, salt, &mut key)?;
            let mut cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key[..KEY], &key[KEY..])
                .map_err(|_| Failure::new("the key has the wrong length"))?;
            let mut rest = pieces(cx, from, 0, &mut |piece| {
                cipher.encrypt_blocks(Block::slice_as_chunks_mut(piece).0);
                Ok(to.write_all(piece)?)
            })?;
            // The last block says in each byte that is no content how many these are.
            let missing = BLOCK - rest.len();
            rest.resize(BLOCK, missing as u8);
            cipher.encrypt_blocks(Block::slice_as_chunks_mut(&mut rest).0);
            Ok(to.write_all(&rest)?)
        }
        Form::Sealed { salt, nonce, cost } => {
            let mut key = [0; KEY];
            cost.derive(password, salt, &mut key)?;
            let mut stream = Stream::new(&key, nonce, &header);
            let mut rest = pieces(cx, from, 0, &mut |piece| {
                stream.encrypt(piece);
                Ok(to.write_all(piece)?)
            })?;
            stream.encrypt(&mut rest);
            to.write_all(&rest)?;
            Ok(to.write_all(&stream.seal())?)
        }
    }
}

/// Decrypts what comes after the beginning of the file. Nothing that was written may be used if it fails.
pub(super) fn decrypt(
    cx: &RunContext,
    form: &Form,
    password: &[u8],
    from: &mut dyn Read,
    to: &mut dyn Write,
) -> Result<(), Broken> {
    let wrong =
        || Broken::new("the file cannot be decrypted: the password is another one, or the file was changed");
    match form {
        Form::OpenSsl { salt, cost } => {
            let mut key = [0; KEY + BLOCK];
            cost.derive(password, salt, &mut key)?;
            let mut cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key[..KEY], &key[KEY..])
                .map_err(|_| Failure::new("the key has the wrong length"))?;
            let mut rest = pieces(cx, from, BLOCK, &mut |piece| {
                cipher.decrypt_blocks(Block::slice_as_chunks_mut(piece).0);
                Ok(to.write_all(piece)?)
            })?;
            if rest.len() != BLOCK {
                return Err(Broken::new("the file does not end with a whole block: it is cut"));
            }
            cipher.decrypt_blocks(Block::slice_as_chunks_mut(&mut rest).0);
            let added = usize::from(rest[BLOCK - 1]);
            let is_right = (1..=BLOCK).contains(&added)
                && rest[BLOCK - added..].iter().all(|byte| usize::from(*byte) == added);
            if !is_right {
                return Err(wrong());
            }
            Ok(to.write_all(&rest[..BLOCK - added])?)
        }
        Form::Sealed { salt, nonce, cost } => {
            let mut key = [0; KEY];
            cost.derive(password, salt, &mut key)?;
            let mut stream = Stream::new(&key, nonce, &form.header());
            let mut rest = pieces(cx, from, BLOCK, &mut |piece| {
                stream.decrypt(piece);
                Ok(to.write_all(piece)?)
            })?;
            let Some(end) = rest.len().checked_sub(BLOCK) else {
                return Err(Broken::new("the file ends before its seal: it is cut"));
            };
            let (rest, seal) = rest.split_at_mut(end);
            stream.decrypt(rest);
            to.write_all(rest)?;
            stream.fits(seal).then_some(()).ok_or_else(wrong)
        }
    }
}

/// Hands on what is read in whole blocks, and keeps at least `kept` bytes of the end, which it gives back: less than a block
/// more than that.
fn pieces(
    cx: &RunContext,
    from: &mut dyn Read,
    kept: usize,
    each: &mut dyn FnMut(&mut [u8]) -> Result<(), Broken>,
) -> Result<Vec<u8>, Broken> {
    let mut held = Vec::with_capacity(PIECE + kept);
    loop {
        cx.go_on()?;
        let wanted = PIECE + kept - held.len();
        let is_end = Read::take(&mut *from, wanted as u64).read_to_end(&mut held)? < wanted;
        let length = held.len().saturating_sub(kept) / BLOCK * BLOCK;
        each(&mut held[..length])?;
        held.drain(..length);
        if is_end {
            return Ok(held);
        }
    }
}

/// The counter mode of AES with a seal over everything that went through, and over what stands before it.
struct Stream {
    cipher: Ctr32BE<Aes256>,
    hash: GHash,
    mask: Block,
    before: u64,
    length: u64,
}

impl Stream {
    fn new(key: &[u8; KEY], nonce: &[u8; 12], before: &[u8]) -> Self {
        let aes = Aes256::new(key.into());
        let mut of_hash = Block::default();
        aes.encrypt_block(&mut of_hash);
        let mut counter = Block::default();
        counter[..nonce.len()].copy_from_slice(nonce);
        counter[BLOCK - 1] = 1;
        let mut cipher = Ctr32BE::<Aes256>::new(key.into(), &counter);
        // The first block of the stream hides the seal.
        let mut mask = Block::default();
        cipher.apply_keystream(&mut mask);
        let mut hash = GHash::new(&of_hash);
        hash.update_padded(before);
        Self { cipher, hash, mask, before: before.len() as u64, length: 0 }
    }

    /// All but the last piece are whole blocks.
    fn encrypt(&mut self, piece: &mut [u8]) {
        self.cipher.apply_keystream(piece);
        self.hash.update_padded(piece);
        self.length += piece.len() as u64;
    }

    /// All but the last piece are whole blocks.
    fn decrypt(&mut self, piece: &mut [u8]) {
        self.hash.update_padded(piece);
        self.cipher.apply_keystream(piece);
        self.length += piece.len() as u64;
    }

    /// The hash over everything that there was.
    fn hashed(mut self) -> GHash {
        let mut lengths = Block::default();
        lengths[..8].copy_from_slice(&(self.before * 8).to_be_bytes());
        lengths[8..].copy_from_slice(&(self.length * 8).to_be_bytes());
        self.hash.update(&[lengths]);
        self.hash
    }

    fn seal(self) -> [u8; BLOCK] {
        let mask = self.mask;
        let hash = self.hashed().finalize();
        std::array::from_fn(|at| hash[at] ^ mask[at])
    }

    /// Whether this is the seal.
    fn fits(self, seal: &[u8]) -> bool {
        let mut hash = self.mask;
        hash.iter_mut().zip(seal).for_each(|(byte, sealed)| *byte ^= sealed);
        self.hashed().verify(&hash).is_ok()
    }
}
