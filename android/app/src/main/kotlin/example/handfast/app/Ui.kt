package example.handfast.app

import android.content.Context
import android.util.TypedValue
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView

// The few building blocks of every screen: system fonts and colours, text in scalable pixels, sides
// by start and end, targets of at least 48 dp.

fun Context.dp(count: Int): Int =
    TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_DIP, count.toFloat(), resources.displayMetrics).toInt()

/** A column that scrolls where large text needs more than the screen. */
fun Context.page(vararg parts: View): ScrollView {
    val column = column(*parts).apply {
        setPadding(dp(24), dp(24), dp(24), dp(24))
        gravity = Gravity.CENTER_HORIZONTAL
    }
    return ScrollView(this).apply {
        isFillViewport = true
        addView(column)
    }
}

fun Context.column(vararg parts: View) = LinearLayout(this).apply {
    orientation = LinearLayout.VERTICAL
    parts.forEach { addView(it, wide()) }
}

fun Context.row(vararg parts: View) = LinearLayout(this).apply {
    orientation = LinearLayout.HORIZONTAL
    gravity = Gravity.CENTER_VERTICAL
    parts.forEach { addView(it) }
}

fun Context.heading(text: CharSequence = "") = text(text).apply {
    setTextSize(TypedValue.COMPLEX_UNIT_SP, 24f)
    isAccessibilityHeading = true
}

fun Context.text(text: CharSequence = "") = TextView(this).apply {
    this.text = text
    setTextSize(TypedValue.COMPLEX_UNIT_SP, 17f)
    setPadding(0, dp(6), 0, dp(6))
    textAlignment = View.TEXT_ALIGNMENT_VIEW_START
}

/** A line whose changes a screen reader says by itself. */
fun Context.status() = text().apply {
    accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
}

fun Context.button(label: CharSequence, act: () -> Unit) = Button(this).apply {
    text = label
    isAllCaps = false
    minHeight = dp(48)
    setTextSize(TypedValue.COMPLEX_UNIT_SP, 17f)
    setOnClickListener { act() }
}

fun wide() = LinearLayout.LayoutParams(
    ViewGroup.LayoutParams.MATCH_PARENT,
    ViewGroup.LayoutParams.WRAP_CONTENT,
)

/** As much as is left in this direction. */
fun stretched(vertical: Boolean) = if (vertical) {
    LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, 0, 1f)
} else {
    LinearLayout.LayoutParams(0, ViewGroup.LayoutParams.WRAP_CONTENT, 1f)
}

fun TextView.showOrHide(text: CharSequence?) {
    this.text = text
    visibility = if (text.isNullOrEmpty()) View.GONE else View.VISIBLE
}
