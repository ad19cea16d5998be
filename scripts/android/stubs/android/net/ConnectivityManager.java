package android.net;

// Connectivity is a module of its own and not in the platform's list of signatures. These are the
// few that the app calls, as developer.android.com documents them; for compiling only.
public class ConnectivityManager {
    public static class NetworkCallback {
        public void onLinkPropertiesChanged(Network network, LinkProperties properties) {}

        public void onLost(Network network) {}
    }

    public native void registerDefaultNetworkCallback(NetworkCallback callback);

    public native Network getActiveNetwork();
}
