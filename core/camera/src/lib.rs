//! A simulated camera: photographs of symbols, computed, for tests, measurements and the demo.
//!
//! A card with the symbol lies before a background; it is turned, tilted, bent and lit; a pinhole
//! camera with a lens that is a little out of focus and a sensor that is noisy looks at it. Every
//! photograph follows from its seed alone.

mod terminal;

pub use terminal::Terminal;

use handfast_qr::{QUIET_ZONE, Symbol};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// A square of dark and light modules, without its quiet zone.
pub trait Modules {
    /// Modules along one side.
    fn width(&self) -> usize;

    /// True if the module in this column and row is dark; modules beside the square are light.
    fn is_dark(&self, x: usize, y: usize) -> bool;
}

impl Modules for Symbol {
    fn width(&self) -> usize {
        Symbol::width(self)
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        Symbol::is_dark(self, x, y)
    }
}

/// Rays a pixel and direction; nine rays make modules of two pixels look as a sensor sees them.
const RAYS: usize = 3;

/// Modules of card around the quiet zone.
const CARD_MARGIN: f32 = 3.0;

/// A simulated camera and the scene before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Camera {
    /// Width of the photograph in pixels.
    pub width: usize,
    /// Height of the photograph in pixels.
    pub height: usize,
    /// Size of a module in the middle of the symbol, before tilt. Brought down where the symbol
    /// would not fit into the photograph.
    pub pixels_per_module: f32,
    /// Turn of the card in its own plane, in degrees.
    pub turn_degrees: f32,
    /// Angle between the card and the sensor, in degrees; its direction follows from the seed.
    pub tilt_degrees: f32,
    /// Standard deviation of the lens's blur, in pixels.
    pub blur: f32,
    /// Standard deviation of the sensor's noise, in grey levels.
    pub noise: f32,
    /// Luminance of dark modules, 0 to 255.
    pub dark: f32,
    /// Luminance of light modules, 0 to 255.
    pub light: f32,
    /// How much light is lost from one side of the photograph to the other, 0 to 1.
    pub shade: f32,
    /// A lamp reflected in the card.
    pub glare: bool,
    /// Light modules on dark ground, as some applications show them.
    pub inverted: bool,
    /// Arc of the bent card over the symbol's width, in radians; 0 is flat, 1 a mug.
    pub curvature: f32,
}

impl Default for Camera {
    /// Straight ahead, sharp, evenly lit, without noise.
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            pixels_per_module: 6.0,
            turn_degrees: 0.0,
            tilt_degrees: 0.0,
            blur: 0.6,
            noise: 0.0,
            dark: 20.0,
            light: 230.0,
            shade: 0.0,
            glare: false,
            inverted: false,
            curvature: 0.0,
        }
    }
}

/// A photograph: luminance, and where the symbol is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Luminance, 8 bits a pixel, rows without gaps.
    pub luma: Vec<u8>,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Where the symbol's corners are: top left, top right, bottom right, bottom left. Without a
    /// symbol, all zero.
    pub corners: [(f32, f32); 4],
}

impl Photo {
    /// The photograph as a PNG file.
    pub fn to_png(&self) -> Vec<u8> {
        let mut png = Vec::new();
        let (width, height) = (self.width as u32, self.height as u32);
        PngEncoder::new(&mut png)
            .write_image(&self.luma, width, height, ExtendedColorType::L8)
            .expect("memory accepts every write, and the size matches the pixels");
        png
    }
}

impl Camera {
    /// An everyday shot by hand, different for each seed, that a good reader reads.
    pub fn by_seed(seed: u64) -> Self {
        let mut random = Random(seed ^ 0x5eed_ca3e);
        Self {
            pixels_per_module: random.between(3.5, 9.0),
            turn_degrees: random.between(-20.0, 20.0),
            tilt_degrees: random.between(0.0, 22.0),
            blur: random.between(0.5, 1.0),
            noise: random.between(1.0, 6.0),
            dark: random.between(15.0, 60.0),
            light: random.between(170.0, 235.0),
            shade: random.between(0.0, 0.4),
            ..Self::default()
        }
    }

    /// Photographs the symbol. The seed places the card and chooses the direction of the tilt, the
    /// background and the noise.
    ///
    /// ```
    /// use handfast_camera::Camera;
    /// use handfast_qr::Symbol;
    ///
    /// let symbol = Symbol::draw("https://handfast.example/")?;
    /// let photo = Camera::by_seed(1).photograph(&symbol, 2);
    /// assert_eq!(photo.luma.len(), photo.width * photo.height);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn photograph(&self, symbol: &dyn Modules, seed: u64) -> Photo {
        let mut random = Random(seed);
        let card = Card::new(self, symbol, &mut random);
        let mut photo = self.expose(Some((&card, symbol)), &mut random);
        photo.corners = card.corners();
        photo
    }

    /// Photographs the background alone.
    pub fn photograph_nothing(&self, seed: u64) -> Photo {
        self.expose(None, &mut Random(seed))
    }

    fn expose(&self, scene: Option<(&Card, &dyn Modules)>, random: &mut Random) -> Photo {
        let (width, height) = (self.width.max(1), self.height.max(1));
        let background = Background::new(random);
        let lamp = Lamp::new(self, scene.map(|(card, _)| card), random);
        let shade_angle = random.between(0.0, std::f32::consts::TAU);
        let bounds = scene.map(|(card, _)| card.bounds());

        let mut light = vec![0.0f32; width * height];
        for (y, row) in light.chunks_exact_mut(width).enumerate() {
            for (x, out) in row.iter_mut().enumerate() {
                let (px, py) = (x as f32, y as f32);
                let reflected = match (scene, bounds) {
                    (Some((card, symbol)), Some(bounds)) if bounds.hold(px, py) => {
                        let mut sum = 0.0;
                        for ray in 0..RAYS * RAYS {
                            let sx = px + ((ray % RAYS) as f32 + 0.5) / RAYS as f32;
                            let sy = py + ((ray / RAYS) as f32 + 0.5) / RAYS as f32;
                            sum += card
                                .hit(sx, sy)
                                .and_then(|(u, v)| self.card_luminance(symbol, u, v))
                                .unwrap_or_else(|| background.luminance(sx, sy));
                        }
                        sum / (RAYS * RAYS) as f32
                    }
                    _ => background.luminance(px + 0.5, py + 0.5),
                };
                let across = (px / width as f32 - 0.5) * shade_angle.cos()
                    + (py / height as f32 - 0.5) * shade_angle.sin();
                let lit = 1.0 - self.shade * (across + 0.5).clamp(0.0, 1.0);
                *out = reflected * lit + lamp.luminance(px, py);
            }
        }
        // The lens spreads the light before the sensor clips it.
        let light = gaussian_blur(&light, width, self.blur);
        let luma = light
            .iter()
            .map(|l| {
                (l.min(255.0) + self.noise * random.normal())
                    .round()
                    .clamp(0.0, 255.0) as u8
            })
            .collect();
        Photo {
            luma,
            width,
            height,
            corners: [(0.0, 0.0); 4],
        }
    }

    /// Luminance of the card at (u, v) in modules from the symbol's middle; `None` beside it.
    fn card_luminance(&self, symbol: &dyn Modules, u: f32, v: f32) -> Option<f32> {
        let half = symbol.width() as f32 / 2.0;
        let from_middle = u.abs().max(v.abs());
        if from_middle > half + QUIET_ZONE as f32 + CARD_MARGIN {
            return None;
        }
        let (x, y) = (u + half, v + half);
        let dark = x >= 0.0 && y >= 0.0 && symbol.is_dark(x as usize, y as usize);
        Some(if dark != self.inverted {
            self.dark
        } else {
            self.light
        })
    }
}

/// The card in front of the camera. Lengths are in modules; the camera looks along z.
struct Card {
    /// Rows of the rotation from the card's axes to the camera's.
    rotation: [[f32; 3]; 3],
    /// The symbol's middle in the camera's axes.
    middle: [f32; 3],
    /// Focal length in pixels.
    focal: f32,
    /// The photograph's middle in pixels.
    centre: (f32, f32),
    /// Radius of the bent card; `None` is flat.
    radius: Option<f32>,
    /// Half the symbol's width.
    half: f32,
}

impl Card {
    fn new(camera: &Camera, symbol: &dyn Modules, random: &mut Random) -> Self {
        let (width, height) = (camera.width as f32, camera.height as f32);
        let half = symbol.width() as f32 / 2.0;
        let whole = 2.0 * (half + QUIET_ZONE as f32);
        // Turned by 45 degrees the symbol still has to fit, so its diagonal counts, partly.
        let turn = camera.turn_degrees.to_radians();
        let needed = whole * (turn.cos().abs() + turn.sin().abs());
        let scale = camera
            .pixels_per_module
            .min(0.96 * width.min(height) / needed);
        let focal = 1.1 * width.max(height);
        let distance = focal / scale;
        let room = |side: f32| 0.8 * (side / 2.0 - needed * scale / 2.0).max(0.0) / scale;
        let (room_x, room_y) = (room(width), room(height));
        let middle = [
            random.between(-0.6, 0.6) * room_x,
            random.between(-0.6, 0.6) * room_y,
            distance,
        ];
        // Turned in its plane, then tilted about an axis that lies in the plane.
        let axis = random.between(0.0, std::f32::consts::TAU);
        let tilt = camera.tilt_degrees.to_radians();
        let about_z = |a: f32| {
            [
                [a.cos(), -a.sin(), 0.0],
                [a.sin(), a.cos(), 0.0],
                [0.0, 0.0, 1.0],
            ]
        };
        let about_x = [
            [1.0, 0.0, 0.0],
            [0.0, tilt.cos(), -tilt.sin()],
            [0.0, tilt.sin(), tilt.cos()],
        ];
        let tilted = product(product(about_z(axis), about_x), about_z(-axis));
        let radius = (camera.curvature > 0.0).then(|| 2.0 * half / camera.curvature);
        Self {
            rotation: product(tilted, about_z(turn)),
            middle,
            focal,
            centre: (width / 2.0, height / 2.0),
            radius,
            half,
        }
    }

    /// Where on the card the ray through pixel position (x, y) ends, in modules from the middle.
    fn hit(&self, x: f32, y: f32) -> Option<(f32, f32)> {
        let ray = [
            (x - self.centre.0) / self.focal,
            (y - self.centre.1) / self.focal,
            1.0,
        ];
        let direction = self.to_card(ray);
        let origin = self.to_card(self.middle).map(|c| -c);
        match self.radius {
            None => {
                let t = -origin[2] / direction[2];
                (t > 0.0).then(|| (origin[0] + t * direction[0], origin[1] + t * direction[1]))
            }
            Some(radius) => {
                // A cylinder along the card's y, touching the flat card, bent away from the camera.
                let z = origin[2] - radius;
                let a = direction[0] * direction[0] + direction[2] * direction[2];
                let b = origin[0] * direction[0] + z * direction[2];
                let c = origin[0] * origin[0] + z * z - radius * radius;
                let root = b * b - a * c;
                if root < 0.0 {
                    return None;
                }
                let t = (-b - root.sqrt()) / a;
                let (hit_x, hit_z) = (origin[0] + t * direction[0], z + t * direction[2]);
                (t > 0.0).then(|| (radius * hit_x.atan2(-hit_z), origin[1] + t * direction[1]))
            }
        }
    }

    /// Where the point (u, v) of the card appears, in pixels.
    fn project(&self, u: f32, v: f32) -> (f32, f32) {
        let point = match self.radius {
            None => [u, v, 0.0],
            Some(radius) => {
                let angle = u / radius;
                [radius * angle.sin(), v, radius * (1.0 - angle.cos())]
            }
        };
        let [x, y, z]: [f32; 3] = std::array::from_fn(|row| {
            let turned: f32 = (0..3).map(|i| self.rotation[row][i] * point[i]).sum();
            turned + self.middle[row]
        });
        (
            self.centre.0 + self.focal * x / z,
            self.centre.1 + self.focal * y / z,
        )
    }

    /// A vector of the camera's axes in the card's axes.
    fn to_card(&self, vector: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|i| (0..3).map(|row| self.rotation[row][i] * vector[row]).sum())
    }

    fn corners(&self) -> [(f32, f32); 4] {
        let h = self.half;
        [(-h, -h), (h, -h), (h, h), (-h, h)].map(|(u, v)| self.project(u, v))
    }

    /// A box of pixels outside of which no ray meets the card.
    fn bounds(&self) -> Bounds {
        let reach = self.half + QUIET_ZONE as f32 + CARD_MARGIN;
        let mut bounds = Bounds {
            left: f32::MAX,
            top: f32::MAX,
            right: 0.0,
            bottom: 0.0,
        };
        for u in -8..=8 {
            for v in [-reach, reach] {
                let (x, y) = self.project(reach * u as f32 / 8.0, v);
                bounds.left = bounds.left.min(x - 4.0);
                bounds.right = bounds.right.max(x + 4.0);
                bounds.top = bounds.top.min(y - 4.0);
                bounds.bottom = bounds.bottom.max(y + 4.0);
            }
        }
        bounds
    }
}

#[derive(Clone, Copy)]
struct Bounds {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Bounds {
    fn hold(&self, x: f32, y: f32) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// What lies behind the card: a table of soft spots, with printed lines and the edge of a sheet.
struct Background {
    seed: u64,
    mean: f32,
    edge: (f32, f32, f32),
    pitch: f32,
}

impl Background {
    fn new(random: &mut Random) -> Self {
        let angle = random.between(0.0, std::f32::consts::TAU);
        Self {
            seed: random.bits(),
            mean: random.between(60.0, 150.0),
            edge: (angle.cos(), angle.sin(), random.between(100.0, 700.0)),
            pitch: random.between(14.0, 30.0),
        }
    }

    fn luminance(&self, x: f32, y: f32) -> f32 {
        let spots = 45.0 * self.smooth(x / 90.0, y / 90.0) + 20.0 * self.smooth(x / 13.0, y / 13.0);
        let along = x * self.edge.1 - y * self.edge.0;
        let across = x * self.edge.0 + y * self.edge.1 - self.edge.2;
        let mut luminance = self.mean + spots;
        if across > 0.0 {
            // A sheet of print: lines of words, each word a dark bar of uneven ink.
            luminance = 190.0 + 0.3 * spots;
            let line = (across / self.pitch).fract();
            let word = self.at((along / 9.0).floor() as i64, (across / self.pitch) as i64) > -0.4;
            if (0.35..0.7).contains(&line) && word {
                luminance -= 90.0 + 50.0 * self.smooth(x / 3.0, y / 3.0);
            }
        }
        luminance
    }

    /// Noise between -1 and 1 at whole numbers.
    fn at(&self, x: i64, y: i64) -> f32 {
        let place =
            (x as u64).wrapping_mul(0x9e37_79b9) ^ (y as u64).wrapping_mul(0x85eb_ca6b_0001);
        2.0 * Random(self.seed ^ place).unit() - 1.0
    }

    /// The same, continued smoothly between whole numbers.
    fn smooth(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (fx, fy) = (ease(x - left), ease(y - top));
        let at = |dx: i64, dy: i64| self.at(left as i64 + dx, top as i64 + dy);
        let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
        let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// A reflected lamp: a small core that the sensor cannot resolve, and a wide halo.
struct Lamp {
    at: Option<(f32, f32)>,
    size: f32,
}

impl Lamp {
    fn new(camera: &Camera, card: Option<&Card>, random: &mut Random) -> Self {
        // Drawn in any case, so that glare changes nothing else about a photograph.
        let (u, v) = (random.between(-0.4, 0.4), random.between(-0.4, 0.4));
        let lamp = card.map(|card| {
            let (left, right) = (card.project(-card.half, 0.0), card.project(card.half, 0.0));
            let side = (right.0 - left.0).hypot(right.1 - left.1);
            (card.project(2.0 * u * card.half, 2.0 * v * card.half), side)
        });
        match lamp {
            Some((at, side)) if camera.glare => Self {
                at: Some(at),
                size: side,
            },
            _ => Self {
                at: None,
                size: 1.0,
            },
        }
    }

    fn luminance(&self, x: f32, y: f32) -> f32 {
        let Some(at) = self.at else { return 0.0 };
        let distance = (x - at.0).hypot(y - at.1) / self.size;
        let spot = |height: f32, width: f32| height * (-(distance / width).powi(2) / 2.0).exp();
        spot(300.0, 0.045) + spot(110.0, 0.28)
    }
}

fn product(a: [[f32; 3]; 3], b: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    std::array::from_fn(|row| {
        std::array::from_fn(|col| (0..3).map(|i| a[row][i] * b[i][col]).sum())
    })
}

/// Gaussian blur in both directions, edges continued.
fn gaussian_blur(light: &[f32], width: usize, sigma: f32) -> Vec<f32> {
    if sigma <= 0.0 {
        return light.to_vec();
    }
    let reach = (3.0 * sigma).ceil() as usize;
    let bell = |i: usize| (-(i as f32 / sigma).powi(2) / 2.0).exp();
    let total: f32 = bell(0) + 2.0 * (1..=reach).map(bell).sum::<f32>();
    let weights: Vec<f32> = (0..=reach).map(|i| bell(i) / total).collect();

    let mut wide = Vec::with_capacity(light.len());
    for row in light.chunks_exact(width) {
        wide.extend((0..width).map(|x| {
            weights
                .iter()
                .enumerate()
                .skip(1)
                .fold(weights[0] * row[x], |sum, (i, weight)| {
                    sum + weight * (row[x.saturating_sub(i)] + row[(x + i).min(width - 1)])
                })
        }));
    }
    let height = light.len() / width;
    let row = |y: usize| &wide[y * width..(y + 1) * width];
    let mut out = Vec::with_capacity(light.len());
    for y in 0..height {
        let mut sums: Vec<f32> = row(y).iter().map(|l| weights[0] * l).collect();
        for (i, weight) in weights.iter().enumerate().skip(1) {
            let pair = row(y.saturating_sub(i))
                .iter()
                .zip(row((y + i).min(height - 1)));
            sums.iter_mut().zip(pair).for_each(|(sum, (above, below))| {
                *sum += weight * (above + below);
            });
        }
        out.append(&mut sums);
    }
    out
}

/// SplitMix64 (Steele, Lea, Flood, 2014): small, seeded, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, 1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// From `low` up to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// About normally distributed with deviation 1: four uniform parts of one draw, added.
    pub fn normal(&mut self) -> f32 {
        let bits = self.bits();
        let sum: u64 = (0..4).map(|i| (bits >> (16 * i)) & 0xffff).sum();
        (sum as f32 / 65_535.0 - 2.0) * 3.0f32.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Camera {
        Camera {
            width: 200,
            height: 160,
            pixels_per_module: 4.0,
            noise: 2.0,
            ..Camera::default()
        }
    }

    #[test]
    fn a_photograph_follows_from_its_seed() {
        let symbol = Symbol::draw("camera").expect("fits");
        let photo = |seed| small().photograph(&symbol, seed);
        assert_eq!(photo(1), photo(1));
        assert_ne!(photo(1).luma, photo(2).luma);
        assert_ne!(Camera::by_seed(1), Camera::by_seed(2));
    }

    #[test]
    fn a_ray_through_a_projected_point_hits_that_point() {
        let symbol = Symbol::draw("camera").expect("fits");
        for curvature in [0.0, 0.9] {
            let camera = Camera {
                curvature,
                tilt_degrees: 30.0,
                turn_degrees: 70.0,
                ..small()
            };
            let card = Card::new(&camera, &symbol, &mut Random(3));
            for (u, v) in [(0.0, 0.0), (-9.0, 8.0), (7.5, -3.0)] {
                let (x, y) = card.project(u, v);
                let (hit_u, hit_v) = card.hit(x, y).expect("in front of the camera");
                assert!(
                    (hit_u - u).abs() < 0.05 && (hit_v - v).abs() < 0.05,
                    "{hit_u} {hit_v}"
                );
            }
        }
    }

    #[test]
    fn normal_draws_have_the_deviation_that_they_promise() {
        let mut random = Random(9);
        let draws: Vec<f32> = (0..20_000).map(|_| random.normal()).collect();
        let mean = draws.iter().sum::<f32>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05,
            "{mean} {variance}"
        );
    }
}
