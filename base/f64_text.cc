/* SPDX-License-Identifier: Apache-2.0
 *
 * The door to double-conversion. Nothing here depends on the locale, unlike
 * printf and strtod, and nothing throws.
 */
#include "base/f64_text.h"

#include <climits>

#include <double-conversion/double-conversion.h>

using double_conversion::DoubleToStringConverter;
using double_conversion::StringToDoubleConverter;

int f64_digits(double value, int count, char digits[F64_DIGITS_MAX], int *point)
{
    bool sign;
    int length;
    DoubleToStringConverter::DoubleToAscii(
        value,
        count ? DoubleToStringConverter::PRECISION
              : DoubleToStringConverter::SHORTEST,
        count, digits, F64_DIGITS_MAX, &sign, &length, point);
    while (length > 1 && digits[length - 1] == '0')
        length--;
    return length;
}

double f64_read(const char *text, size_t len)
{
    static const StringToDoubleConverter converter(
        StringToDoubleConverter::NO_FLAGS, 0.0, 0.0, nullptr, nullptr);
    int used;
    return converter.StringToDouble(
        text, len > INT_MAX ? INT_MAX : static_cast<int>(len), &used);
}
