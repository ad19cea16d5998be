package example.handfast.app.phone

import android.graphics.SurfaceTexture
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.FedCamera
import example.handfast.app.HandfastApp
import example.handfast.app.PhoneRunner
import example.handfast.app.phone.camera.CameraHardware
import example.handfast.app.phone.camera.CameraTraits
import example.handfast.app.phone.camera.CameraDriver
import example.handfast.app.until
import example.handfast.core.Camera
import example.handfast.core.Screen
import example.handfast.core.phone.CameraMachine.Event
import org.junit.After
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.assertEquals

/** The camera through Android's own Camera2, and through one that a test plays. */
@RunWith(PhoneRunner::class)
class CameraTest {
    private val app get() = ApplicationProvider.getApplicationContext<HandfastApp>()
    private val model get() = app.app
    private val thrown = CopyOnWriteArrayList<Throwable>()
    private val usual = Thread.getDefaultUncaughtExceptionHandler()

    @Before
    fun `a scan is under way`() {
        Thread.setDefaultUncaughtExceptionHandler { _, failure -> thrown += failure }
        model.welcome("Mira")
        model.scan()
        model.screen.until { it is Screen.Scan }
    }

    @After
    fun `nothing was thrown on any thread`() {
        Thread.setDefaultUncaughtExceptionHandler(usual)
        assertEquals(emptyList<Throwable>(), thrown)
    }

    @Test
    fun `it runs while it is looked through, and again after a pause`() {
        FedCamera.install()
        val surface = SurfaceTexture(0)
        app.camera.allowed(true)
        app.camera.shown(true)
        app.camera.drawOn(surface)
        until({ "the camera does not run" }) { FedCamera.isRunning }
        model.screen.until { (it as? Screen.Scan)?.camera == Camera.RUNNING }
        app.camera.shown(false)
        until({ "the camera runs on" }) { !FedCamera.isRunning }
        app.camera.shown(true)
        until({ "the camera does not run again" }) { FedCamera.isRunning }
        app.camera.drawNoMore(surface)
        until({ "the camera runs on" }) { !FedCamera.isRunning }
    }

    @Test
    fun `one that is given up before it is ready stays closed`() {
        FedCamera.install()
        app.camera.allowed(true)
        repeat(30) {
            val surface = SurfaceTexture(0)
            app.camera.shown(true)
            app.camera.drawOn(surface)
            if (it % 3 == 0) Thread.sleep(1)
            app.camera.drawNoMore(surface)
            app.camera.shown(false)
        }
        until({ "the camera runs on" }) { !FedCamera.isRunning }
        Thread.sleep(200)
        assertEquals(false, FedCamera.isRunning)
    }

    @Test
    fun `a phone without a camera says so`() {
        app.camera.allowed(true)
        app.camera.shown(true)
        app.camera.drawOn(SurfaceTexture(0))
        model.screen.until { (it as? Screen.Scan)?.camera == Camera.MISSING }
    }

    @Test
    fun `another app that takes the camera is told, and it goes on when that is done`() {
        val camera = Played()
        val driver = CameraDriver(model) { _, told, _ -> camera.also { it.told = told } }
        driver.allowed(true)
        driver.shown(true)
        driver.drawOn(SurfaceTexture(0))
        until({ "${camera.calls}" }) { "open 1" in camera.calls }
        camera.told(Event.Opened(1))
        until({ "${camera.calls}" }) { "configure 1" in camera.calls }
        camera.told(Event.Configured(1))
        model.screen.until { (it as? Screen.Scan)?.camera == Camera.RUNNING }
        camera.told(Event.Taken(1))
        model.screen.until { (it as? Screen.Scan)?.camera == Camera.TAKEN }
        camera.told(Event.Free)
        until({ "${camera.calls}" }) { "open 2" in camera.calls }
        assertEquals(listOf("open 1", "configure 1", "close 1", "open 2"), camera.calls.toList())
    }

    private class Played : CameraHardware {
        val calls = CopyOnWriteArrayList<String>()
        var told: (Event) -> Unit = {}
        override val traits = CameraTraits(1280, 720, 90, hasTorch = false)

        override fun open(attempt: Int) {
            calls += "open $attempt"
        }

        override fun configure(attempt: Int, preview: SurfaceTexture, torch: Boolean) {
            calls += "configure $attempt"
        }

        override fun light(attempt: Int, isOn: Boolean) {
            calls += "light $attempt $isOn"
        }

        override fun close(attempt: Int) {
            calls += "close $attempt"
        }
    }
}
