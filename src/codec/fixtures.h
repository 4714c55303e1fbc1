// Wire fixtures of the tests: what real encoders wrote, facts as ffprobe reads them.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/slice.h"

namespace eyas::codec::fixtures {

inline base::Slice slice(const std::string& hex) {
  return base::Slice(base::from_hex(hex));
}

// x264 core 119, from real drone footage: Constrained Baseline, 1920x1080 (8 lines cropped), 25 fps, bf 0.
inline const std::string kAvcDrone =
    "01 42c00d ff"  // version, profile 66 with set0 and set1, level 13, 4-byte lengths
    "e1 0019"       // one SPS of 25 bytes
    "6742c00ddb01e0089f970110000003001000000303 20f142ae"
    "01 0004 68ca8cb2";  // one PPS

// libx264, High, 320x180 (192 coded), 30 fps, 2 B-frames.
inline const std::string kSpsHigh = "6764000dacd941419f9f0110000003001000000303c0f1429960";
inline const std::string kPpsHigh = "68ebe3cb22c0";
inline const std::string kAvcHigh = "01 64000d ff e1 001a" + kSpsHigh + "01 0006" + kPpsHigh +
                                    "fdf8f800";  // chroma format 1, 8 and 8 bits, no SPS extension
// libx264, High, 1920x1080, 30000/1001 fps, zerolatency.
inline const std::string kAvcZeroLatency =
    "01 640028 ff e1 0019 67640028acb200f0044fcb808800001f480007530478c19240"
    "01 0006 68ebc3cb22c0 fdf8f800";
// libx264, High, interlaced (frame_mbs_only_flag 0), 1920x1080, 25 fps.
inline const std::string kAvcInterlaced =
    "01 640028 ff e1 001a 67640028acd94078044fde02200000030020000006 43e2c5b2c0"
    "01 0006 68fba3cb22c0 fdf8f800";
// The start of kAvcHigh's frames: IDR, P, referenced B, unreferenced B; each behind its length, cut to 12
// bytes.
inline const std::string kIdrHigh = "0000000c 6588840033fffef6ecbe07cd";
inline const std::string kPHigh = "0000000c 419a236c42fffe8cb0000fb8";
inline const std::string kBReferencedHigh = "00000009 419e4178857f000353";
inline const std::string kBHigh = "00000009 019e626a427f00043c";

// libx265, Main, 320x180, 30 fps, B-frames, pyramid (2 pictures reordered).
inline const std::string kVpsMain = "40010c01ffff01600000030090000003000003003c959009";
inline const std::string kSpsMain =
    "420101016000000300900000030000 03003ca00a080b9f796564924caf0168080000030008000003 00f040";
inline const std::string kPpsMain = "4401c172b46240";
inline const std::string kHevcMain =
    "01 01 60000000 900000000000 3c"  // version, Main, compatibility, constraints, level 60 (2.0)
    "f000 fc fd f8 f8 0000 0f 03"  // unknown segmentation and parallelism, 4:2:0, 8 bits, 1 layer, 3 arrays
    "a0 0001 0018" +
    kVpsMain + "a1 0001 002b" + kSpsMain + "a2 0001 0007" + kPpsMain;
// libx265, Main 10, 1920x1080, 30000/1001 fps.
inline const std::string kHevcMain10 =
    "0102200000009000000000007 8f000fcfdfafa00000f03"
    "a0 0001 0018 40010c01ffff022000000300900000030000030078959809"
    "a1 0001 002a 420101022000000300900000030000030078a003c08010e4d96566924caf016808 00001f480003a98040"
    "a2 0001 0007 4401c172b46240";
inline const std::string kIdrMain = "0000000c 2801af08593620f92ad5f365";
inline const std::string kPMain = "0000000c 0201d0195f8431840da7fa9d";  // TRAIL_R
inline const std::string kBMain = "0000000c 0001e024fffa2c296cb88aa5";  // TRAIL_N

// SVT-AV1, Main, 320x180, 8 bits.
inline const std::string kAv1Svt =
    "81 00 0c 00"  // Main, level 2.0; 4:2:0
    "0a0b 000000043cfecc02f80040";
inline const std::string kAv1SvtKey =
    "0a0b 000000043cfeccfbf90040 3217 10008740804104100000 8097d71c110108bf1ceef0d2e0";
inline const std::string kAv1SvtInter = "3214 3002080924922a460028a10408000000ac38b706";
// libaom, Main, 320x180, 10 bits, BT.2020 with PQ.
inline const std::string kAv1Aom = "81 00 4c 00 0a0e 000000043cfeccdaf95091009040";

// libvpx: VP9 profile 0 320x180, key and inter frame starts, and the vpcC that ffmpeg writes; VP8 320x180.
inline const std::string kVp9Record = "00 0b 82 02 02 02 0000";
inline const std::string kVp9Key = "824983420013f00b36063824";
inline const std::string kVp9Inter = "86004092";
inline const std::string kVp8Key = "f00e009d012a4001b400";
inline const std::string kVp8Inter = "b108000c";

// ffmpeg's AAC-LC, with the sync extension that says "no SBR"; libopus; libmp3lame; ffmpeg's AC-3 5.1 and
// FLAC.
inline const std::string kAacMono = "1208 56e500";
inline const std::string kAacStereo = "1190 56e500";
inline const std::string kOpusHead = "4f70757348656164 01 02 3801 80bb0000 0000 00";
inline const std::string kMp3Stereo = "fffb9064000ff000";
inline const std::string kMp3Mono22 = "fff340c400000003";
inline const std::string kAc3 = "0b7728191e40ebf8";
inline const std::string kEac3 = "0b77017f3487c000";  // ffmpeg's E-AC-3, stereo: of 768 bytes
inline const std::string kFlacInfo =
    "1200 1200 00000e 000010 0ac442f0000033ae 3ee0eaf0f3679cabb92b9c4bde794035";
inline const std::string kFlacFrame = "fff85918006b0000";
inline const std::string kFlacLastFrame = "fff87918020fad59";

}  // namespace eyas::codec::fixtures
