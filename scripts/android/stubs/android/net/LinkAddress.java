package android.net;

public class LinkAddress {
    public native java.net.InetAddress getAddress();
}
