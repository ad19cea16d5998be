package android.net;

public final class RouteInfo {
    public native boolean isDefaultRoute();

    public native java.net.InetAddress getGateway();
}
