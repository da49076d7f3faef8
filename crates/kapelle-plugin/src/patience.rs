//! How long is waited before something is tried again.

use jiff::SignedDuration;

use crate::broken::Broken;
use crate::context::RunContext;

/// The first pause between two tries, and the longest.
const PAUSE_MIN: SignedDuration = SignedDuration::from_millis(200);
const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(10);

/// Lets some time pass before the next try, more from time to time, and not the same for all who wait.
pub async fn wait(cx: &RunContext, tries: u32) -> Result<(), Broken> {
    let mut random = [0; 1];
    cx.services.random(&mut random)?;
    cx.host.sleep(pause(tries, random[0])).await;
    cx.go_on()
}

/// Between half of the pause and all of it.
fn pause(tries: u32, random: u8) -> SignedDuration {
    let whole = PAUSE_MIN.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(PAUSE_MAX);
    whole / 2 + whole * i32::from(random) / (2 * 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let millis = |tries, random| pause(tries, random).as_millis();
        assert_eq!([millis(1, 0), millis(1, 255), millis(2, 255), millis(3, 255)], [100, 200, 400, 800]);
        assert_eq!([millis(30, 0), millis(30, 255)], [5_000, 10_000]);
    }
}
