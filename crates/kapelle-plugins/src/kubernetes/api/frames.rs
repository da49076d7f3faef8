//! Frames of `WebSocket` (RFC 6455): the little of it that clusters speak.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes of a frame that is taken; clusters send 32 KiB.
const BYTES_MAX: u64 = 4 << 20;

const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A part of a message, and whether it begins one.
    Part {
        is_first: bool,
        content: Vec<u8>,
    },
    Ping(Vec<u8>),
    Close,
}

/// Reads the next frame that means something.
pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Frame> {
    loop {
        let [first, second] = [from.read_u8().await?, from.read_u8().await?];
        let length = match second & 0x7f {
            126 => u64::from(from.read_u16().await?),
            127 => from.read_u64().await?,
            short => u64::from(short),
        };
        if length > BYTES_MAX || second & 0x80 != 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame that no cluster sends"));
        }
        let mut content = vec![0; length as usize];
        from.read_exact(&mut content).await?;
        match first & 0x0f {
            CLOSE => return Ok(Frame::Close),
            PING => return Ok(Frame::Ping(content)),
            PONG => {}
            kind => return Ok(Frame::Part { is_first: kind != 0, content }),
        }
    }
}

/// Writes a message to a channel. `mask` is four bytes that are put over it, as clients have to.
pub(super) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    channel: u8,
    content: &[u8],
    mask: [u8; 4],
) -> io::Result<()> {
    let mut message = Vec::with_capacity(content.len() + 1);
    message.push(channel);
    message.extend_from_slice(content);
    frame(to, BINARY, message, mask).await
}

/// Answers a ping.
pub(super) async fn pong(
    to: &mut (impl AsyncWrite + Unpin),
    content: Vec<u8>,
    mask: [u8; 4],
) -> io::Result<()> {
    frame(to, PONG, content, mask).await
}

async fn frame(
    to: &mut (impl AsyncWrite + Unpin),
    kind: u8,
    mut content: Vec<u8>,
    mask: [u8; 4],
) -> io::Result<()> {
    let mut head = vec![0x80 | kind];
    match content.len() {
        short @ 0..126 => head.push(0x80 | short as u8),
        long @ 126..65_536 => {
            head.push(0xfe);
            head.extend_from_slice(&(long as u16).to_be_bytes());
        }
        longer => {
            head.push(0xff);
            head.extend_from_slice(&(longer as u64).to_be_bytes());
        }
    }
    head.extend_from_slice(&mask);
    content.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    to.write_all(&head).await?;
    to.write_all(&content).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_are_masked_and_say_how_long_they_are() {
        for (length, head) in
            [(0, &[0x82, 0x81][..]), (125, &[0x82, 0xfe, 0, 126]), (70_000, &[0x82, 0xff, 0, 0, 0, 0, 0, 1])]
        {
            let mut sent = Vec::new();
            write(&mut sent, 0, &vec![7; length], [1, 2, 3, 4]).await.unwrap();
            assert_eq!(&sent[..head.len()], head, "{length}");
            let content = &sent[sent.len() - length..];
            assert!(content.iter().all(|byte| [7 ^ 1, 7 ^ 2, 7 ^ 3, 7 ^ 4].contains(byte)));
        }
    }

    #[tokio::test]
    async fn frames_are_read_and_what_is_too_long_refused() {
        let mut sent = &[0x02, 2, 1, b'a', 0x8a, 0, 0x80, 1, b'b', 0x89, 1, b'p', 0x88, 0][..];
        let part = |is_first, content: &[u8]| Frame::Part { is_first, content: content.to_vec() };
        assert_eq!(read(&mut sent).await.unwrap(), part(true, &[1, b'a']));
        assert_eq!(read(&mut sent).await.unwrap(), part(false, b"b"));
        assert_eq!(read(&mut sent).await.unwrap(), Frame::Ping(vec![b'p']));
        assert_eq!(read(&mut sent).await.unwrap(), Frame::Close);
        assert_eq!(read(&mut sent).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let mut long = &[0x82, 127, 1, 0, 0, 0, 0, 0, 0, 0][..];
        assert_eq!(read(&mut long).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
