#pragma once

// What every HTML page of ours begins with, and foreign text for the inside of one.
//
// Errors: none. Threads: reentrant.

#include <string>
#include <string_view>

namespace proviso {

// Up to where a page's own style and title go. Such a page loads nothing and runs nothing.
inline constexpr std::string_view kHtmlHead = R"(<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
)";

// In an element or in a quoted attribute it is text.
std::string html_text(std::string_view text);

}  // namespace proviso
