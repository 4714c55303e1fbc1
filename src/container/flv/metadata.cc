#include "container/flv/metadata.h"

#include "container/flv/amf0.h"
#include "container/flv/tag.h"

namespace eyas::flv {
namespace {

// A legacy id, or the FourCC as a number [Enhanced RTMP, "Enhancing onMetaData"].
double metadata_codec_id(media::Codec codec) {
  std::optional<uint8_t> legacy = legacy_id_of(codec);
  return legacy ? *legacy : fourcc_of(codec);
}

bool names_a_codec(const AmfValue* value) {
  if (value == nullptr) return false;
  return value->as_number() != 0 || !value->as_string().empty();
}

}  // namespace

base::Result<std::optional<MetadataFacts>> read_metadata(base::Bytes body, const AmfLimits& limits) {
  base::Result<std::vector<AmfValue>> values = amf0_read_all(body, limits);
  if (!values) return values.error();
  size_t at = 0;
  if (at < values->size() && (*values)[at].as_string() == "@setDataFrame") ++at;
  if (at >= values->size() || (*values)[at].as_string() != "onMetaData")
    return std::optional<MetadataFacts>();
  MetadataFacts facts;
  if (++at < values->size()) {
    const AmfValue& object = (*values)[at];
    facts.announces_audio = names_a_codec(object.find("audiocodecid"));
    facts.names_tracks = facts.announces_audio || names_a_codec(object.find("videocodecid")) ||
                         object.find("width") != nullptr;
  }
  return std::optional(facts);
}

std::vector<uint8_t> write_metadata(const media::Track* video, const media::Track* audio) {
  std::vector<AmfProperty> properties;
  auto say = [&](const char* name, AmfValue value) { properties.push_back({name, std::move(value)}); };
  if (video != nullptr) {
    say("width", AmfValue::number(video->config.width));
    say("height", AmfValue::number(video->config.height));
    if (video->config.frame_rate.den != 0)
      say("framerate", AmfValue::number(video->config.frame_rate.value()));
    say("videocodecid", AmfValue::number(metadata_codec_id(video->config.codec)));
  }
  if (audio != nullptr) {
    say("audiocodecid", AmfValue::number(metadata_codec_id(audio->config.codec)));
    say("audiosamplerate", AmfValue::number(audio->config.sample_rate));
    say("stereo", AmfValue::boolean(audio->config.channels >= 2));
  }
  say("encoder", AmfValue::string("Eyas"));
  return amf0_write_all({AmfValue::string("onMetaData"), AmfValue::ecma_array(std::move(properties))});
}

}  // namespace eyas::flv
