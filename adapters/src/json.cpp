// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/json.hpp>
#include <aramid/policies/metrics_reflection.hpp>

#include <boost/hana/concept/struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

ARAMID_BEGIN

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const FaultMetrics& fault) { return fault.count; }
template <class Item, std::size_t Capacity>
Json json_of(const NamedList<Item, Capacity>& list);

template <class Value>
Json json_of(const Value& value) {
  if constexpr (boost::hana::Struct<Value>::value) {
    Json object = Json::object();
    boost::hana::for_each(value, [&object](const auto& member) {
      object[boost::hana::first(member).c_str()] = json_of(boost::hana::second(member));
    });
    return object;
  } else {
    return value;
  }
}

template <class Item, std::size_t Capacity>
Json json_of(const NamedList<Item, Capacity>& list) {
  Json object = Json::object();
  for (const Item& item : list) object[item.name.c_str()] = json_of(item);
  return object;
}

}  // namespace

std::string to_json(const Metrics& metrics, int indent) {
  return json_of(metrics).dump(indent, ' ', false, Json::error_handler_t::replace);
}

ARAMID_END
