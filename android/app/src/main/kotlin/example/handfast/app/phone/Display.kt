package example.handfast.app.phone

import android.view.Window
import android.view.WindowManager
import example.handfast.core.Choices
import example.handfast.core.Screen
import example.handfast.core.isAwake
import example.handfast.core.isBright
import example.handfast.core.isSecret

/**
 * The display as this screen wants it: how bright, how long, and whether others may take a picture of it. [isHidden]:
 * they may not, whatever the screen is.
 */
fun Window.follow(screen: Screen, choices: Choices, isHidden: Boolean = false) {
    attributes = attributes.apply {
        screenBrightness =
            if (screen.isBright) WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_FULL
            else WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
    }
    flag(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON, screen.isAwake)
    flag(WindowManager.LayoutParams.FLAG_SECURE, isHidden || screen.isSecret(choices) || choices.locksApp)
}

private fun Window.flag(flag: Int, isSet: Boolean) = if (isSet) addFlags(flag) else clearFlags(flag)
